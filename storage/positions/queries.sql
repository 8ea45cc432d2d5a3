-- name: insert_position
INSERT INTO positions (organisation_id, title, department, headcount, sites, description)
VALUES (current_organisation(), %(title)s, %(department)s, %(headcount)s, %(sites)s, %(description)s)
RETURNING id, title, department, headcount, sites, description, version, created_at

-- name: position
SELECT id, title, department, headcount, sites, description, version, created_at FROM positions WHERE id = %(id)s

-- name: positions
SELECT id, title, department, headcount, sites, description, version, created_at FROM positions
WHERE %(department)s::text IS NULL OR department = %(department)s

-- name: add_manager
INSERT INTO position_managers (organisation_id, position_id, member_id)
VALUES (current_organisation(), %(position_id)s, %(member_id)s) ON CONFLICT DO NOTHING

-- name: remove_manager
DELETE FROM position_managers WHERE position_id = %(position_id)s AND member_id = %(member_id)s
