-- name: insert_candidate
INSERT INTO candidates (organisation_id, name, email, email_index, phone, external_id, language, time_zone)
VALUES (current_organisation(), %(name)s, %(email)s, %(email_index)s, %(phone)s, %(external_id)s, %(language)s, %(time_zone)s)
ON CONFLICT (organisation_id, external_id) DO NOTHING
RETURNING id, name, email, phone, external_id, language, time_zone, version, created_at, photo_stored_at

-- name: candidate
SELECT id, name, email, phone, external_id, language, time_zone, version, created_at, photo_stored_at FROM candidates WHERE id = %(id)s

-- name: candidates
SELECT id, name, email, phone, external_id, language, time_zone, version, created_at, photo_stored_at FROM candidates
WHERE (%(email_indexes)s::bytea[] IS NULL OR email_index = ANY(%(email_indexes)s))
    AND (%(external_id)s::text IS NULL OR external_id = %(external_id)s)

-- name: announce_photo
UPDATE candidates
SET photo_type = %(content_type)s, photo_size = %(size)s, photo_sha256 = %(sha256)s, photo_stored_at = NULL
WHERE id = %(id)s

-- name: photo
SELECT photo_type AS content_type, photo_size AS size, photo_sha256 AS sha256, photo_stored_at AS stored_at
FROM candidates WHERE id = %(id)s

-- name: complete_photo
UPDATE candidates SET photo_stored_at = now() WHERE id = %(id)s AND photo_sha256 = %(sha256)s
RETURNING id, name, email, phone, external_id, language, time_zone, version, created_at, photo_stored_at
