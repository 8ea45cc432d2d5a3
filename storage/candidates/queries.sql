-- name: insert_candidate
INSERT INTO candidates (organisation_id, name, email) VALUES (current_organisation(), %(name)s, %(email)s)
RETURNING id, name, email, created_at, photo_stored_at

-- name: candidate
SELECT id, name, email, created_at, photo_stored_at FROM candidates WHERE id = %(id)s

-- name: candidates
SELECT id, name, email, created_at, photo_stored_at FROM candidates ORDER BY created_at, id

-- name: announce_photo
UPDATE candidates
SET photo_type = %(content_type)s, photo_size = %(size)s, photo_sha256 = %(sha256)s, photo_stored_at = NULL
WHERE id = %(id)s

-- name: photo
SELECT photo_type AS content_type, photo_size AS size, photo_sha256 AS sha256, photo_stored_at AS stored_at
FROM candidates WHERE id = %(id)s

-- name: complete_photo
UPDATE candidates SET photo_stored_at = now() WHERE id = %(id)s AND photo_sha256 = %(sha256)s
RETURNING id, name, email, created_at, photo_stored_at
