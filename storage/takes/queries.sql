-- name: abandon_unfinished
UPDATE takes SET state = 'abandoned'
WHERE session_id = %(session_id)s AND question_number = %(question_number)s AND state = 'recording'

-- name: counts
SELECT count(*) AS started, count(*) FILTER (WHERE state = 'stored') AS stored
FROM takes WHERE session_id = %(session_id)s AND question_number = %(question_number)s

-- name: insert_take
INSERT INTO takes (organisation_id, session_id, interview_id, question_number, number, content_type)
VALUES (current_organisation(), %(session_id)s, %(interview_id)s, %(question_number)s, %(number)s, %(content_type)s)
RETURNING id, session_id, question_number, number, content_type, state, created_at, stored_at, chunks

-- name: take
SELECT id, session_id, question_number, number, content_type, state, created_at, stored_at, chunks
FROM takes WHERE id = %(id)s

-- name: store_take
UPDATE takes SET state = 'stored', stored_at = now(), chunks = %(chunks)s WHERE id = %(id)s AND state = 'recording'
RETURNING id, session_id, question_number, number, content_type, state, created_at, stored_at, chunks

-- name: answers
SELECT DISTINCT ON (question_number)
    id, session_id, question_number, number, content_type, state, created_at, stored_at, chunks
FROM takes WHERE session_id = %(session_id)s AND state = 'stored'
ORDER BY question_number, number DESC

-- name: takes_of_session
SELECT id, session_id, question_number, number, content_type, state, created_at, stored_at, chunks
FROM takes WHERE session_id = %(session_id)s ORDER BY question_number, number

-- name: announce_chunk
INSERT INTO chunks (organisation_id, take_id, number, size, sha256)
VALUES (current_organisation(), %(take_id)s, %(number)s, %(size)s, %(sha256)s)
ON CONFLICT (take_id, number) DO UPDATE SET size = excluded.size, sha256 = excluded.sha256
    WHERE chunks.stored_at IS NULL OR chunks.sha256 = excluded.sha256
RETURNING number

-- name: chunk
SELECT number, size, encode(sha256, 'hex') AS sha256, stored_at FROM chunks
WHERE take_id = %(take_id)s AND number = %(number)s

-- name: store_chunk
UPDATE chunks SET stored_at = coalesce(stored_at, now())
WHERE take_id = %(take_id)s AND number = %(number)s AND sha256 = %(sha256)s
RETURNING number, size, encode(sha256, 'hex') AS sha256, stored_at

-- name: stored_chunks
SELECT number, size, encode(sha256, 'hex') AS sha256, stored_at FROM chunks
WHERE take_id = %(take_id)s AND stored_at IS NOT NULL ORDER BY number

-- name: known_chunks
SELECT number, stored_at IS NOT NULL AS stored FROM chunks WHERE take_id = %(take_id)s ORDER BY number
