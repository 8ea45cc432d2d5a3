-- name: abandon_unfinished
UPDATE takes SET state = 'abandoned'
WHERE session_id = %(session_id)s AND question_number = %(question_number)s AND state = 'uploading'

-- name: counts
SELECT count(*) AS started, count(*) FILTER (WHERE state = 'stored') AS stored
FROM takes WHERE session_id = %(session_id)s AND question_number = %(question_number)s

-- name: insert_take
INSERT INTO takes (organisation_id, session_id, interview_id, question_number, number, content_type, size, sha256)
VALUES (current_organisation(), %(session_id)s, %(interview_id)s, %(question_number)s, %(number)s, %(content_type)s,
        %(size)s, %(sha256)s)
RETURNING id, session_id, question_number, number, content_type, size, encode(sha256, 'hex') AS sha256, state, created_at,
    stored_at

-- name: take
SELECT id, session_id, question_number, number, content_type, size, encode(sha256, 'hex') AS sha256, state, created_at,
    stored_at
FROM takes WHERE id = %(id)s

-- name: store_take
UPDATE takes SET state = 'stored', stored_at = now() WHERE id = %(id)s AND state = 'uploading'
RETURNING id, session_id, question_number, number, content_type, size, encode(sha256, 'hex') AS sha256, state, created_at,
    stored_at

-- name: answers
SELECT DISTINCT ON (question_number)
    id, session_id, question_number, number, content_type, size, encode(sha256, 'hex') AS sha256, state, created_at,
    stored_at
FROM takes WHERE session_id = %(session_id)s AND state = 'stored'
ORDER BY question_number, number DESC
