-- name: ensure_organisation
INSERT INTO organisations (name) VALUES (%(name)s)
ON CONFLICT (name) DO UPDATE SET name = excluded.name
RETURNING id
