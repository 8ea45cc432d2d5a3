-- name: count
SELECT count(*) AS stored FROM signals WHERE session_id = %(session_id)s

-- name: takes
SELECT id, question_number FROM takes WHERE session_id = %(session_id)s AND id = ANY(%(take_ids)s)

-- name: insert
INSERT INTO signals (organisation_id, session_id, take_id, question_number, kind, start_s, end_s, detail)
VALUES (current_organisation(), %(session_id)s, %(take_id)s, %(question_number)s, %(kind)s, %(start_s)s, %(end_s)s,
        %(detail)s)

-- name: signals
SELECT id, kind, take_id, question_number, start_s, end_s, detail FROM signals
WHERE session_id = %(session_id)s ORDER BY id
