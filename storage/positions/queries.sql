-- name: insert_position
INSERT INTO positions (organisation_id, title, department, headcount, sites, description)
VALUES (current_organisation(), %(title)s, %(department)s, %(headcount)s, %(sites)s, %(description)s)
RETURNING id, title, department, headcount, sites, description, created_at

-- name: position
SELECT id, title, department, headcount, sites, description, created_at FROM positions WHERE id = %(id)s

-- name: positions
SELECT id, title, department, headcount, sites, description, created_at FROM positions ORDER BY created_at, id
