-- name: ensure_organisation
INSERT INTO organisations (name) VALUES (%(name)s)
ON CONFLICT (name) DO UPDATE SET name = excluded.name
RETURNING id

-- name: insert_key
INSERT INTO api_keys (organisation_id, name, prefix, hash)
VALUES (%(organisation_id)s, %(name)s, %(prefix)s, %(hash)s)

-- name: organisation_of_key
SELECT organisation_id FROM api_keys WHERE hash = %(hash)s AND revoked_at IS NULL
