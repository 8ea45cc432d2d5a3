-- name: abandon_unfinished
UPDATE takes SET state = 'abandoned'
WHERE session_id = %(session_id)s AND question_number = %(question_number)s AND state = 'recording'

-- name: counts
SELECT count(*) AS started, count(*) FILTER (WHERE state = 'stored') AS stored
FROM takes WHERE session_id = %(session_id)s AND question_number = %(question_number)s

-- name: insert_take
INSERT INTO takes (organisation_id, session_id, interview_id, question_number, number, content_type, deadline_at)
VALUES (current_organisation(), %(session_id)s, %(interview_id)s, %(question_number)s, %(number)s, %(content_type)s,
        (SELECT least(now() + make_interval(secs => q.time_limit_s * time_factor(a.session_id)), session_ends_at(a.session_id))
         FROM asked_questions a JOIN questions q ON q.interview_id = %(interview_id)s AND q.number = a.question_number
         WHERE a.session_id = %(session_id)s AND a.question_number = %(question_number)s))
RETURNING id, session_id, question_number, number, content_type, state, created_at, deadline_at, stored_at, chunks

-- name: take
SELECT id, session_id, question_number, number, content_type, state, created_at, deadline_at, stored_at, chunks
FROM takes WHERE id = %(id)s

-- name: store_take
UPDATE takes SET state = 'stored', stored_at = now(), chunks = %(chunks)s WHERE id = %(id)s AND state = 'recording'
RETURNING id, session_id, question_number, number, content_type, state, created_at, deadline_at, stored_at, chunks

-- name: broken_off
SELECT takes.id, max(chunks.number) + 1 AS chunks
FROM takes JOIN chunks ON chunks.take_id = takes.id
WHERE takes.session_id = %(session_id)s AND takes.state = 'recording' AND chunks.stored_at IS NOT NULL
    AND NOT EXISTS (SELECT FROM takes finished WHERE finished.session_id = takes.session_id
                    AND finished.question_number = takes.question_number AND finished.state = 'stored')
GROUP BY takes.id

-- name: answers
SELECT DISTINCT ON (question_number)
    id, session_id, question_number, number, content_type, state, created_at, deadline_at, stored_at, chunks
FROM takes WHERE session_id = %(session_id)s AND state = 'stored' AND NOT EXISTS (
    SELECT FROM text_answers WHERE text_answers.session_id = takes.session_id AND text ~ '\S'
        AND text_answers.question_number = takes.question_number AND text_answers.stored_at >= takes.stored_at)
ORDER BY question_number, number DESC

-- name: takes_of_session
SELECT id, session_id, question_number, number, content_type, state, created_at, deadline_at, stored_at, chunks
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

-- name: seat
SELECT device_id FROM sessions WHERE id = %(session_id)s

-- name: time
SELECT session_ends_at(%(session_id)s) <= now() AS is_over
