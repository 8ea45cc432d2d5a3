-- name: insert
INSERT INTO members (organisation_id, name, email, email_index, role)
VALUES (current_organisation(), %(name)s, %(email)s, %(email_index)s, %(role)s)
ON CONFLICT (organisation_id, email_index) DO NOTHING
RETURNING id, name, email, role, version, disabled_at, created_at

-- name: member
SELECT id, name, email, role, version, disabled_at, created_at FROM members WHERE id = %(id)s

-- name: members
SELECT id, name, email, role, version, disabled_at, created_at FROM members
WHERE %(role)s::text IS NULL OR role = %(role)s

-- name: other_admins
SELECT count(*) AS admins FROM members WHERE role = 'admin' AND disabled_at IS NULL AND id <> %(id)s

-- name: known
SELECT id FROM members WHERE email_index = ANY(%(email_indexes)s::bytea[])
