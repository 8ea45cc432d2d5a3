-- name: sitting
SELECT now() AS now, sessions.device_id, session_ends_at(sessions.id) AS ends_at, time_factor(sessions.id) AS time_factor,
    candidates.name AS candidate_name,
    (SELECT name FROM organisations WHERE id = current_organisation()) AS organisation
FROM sessions JOIN candidates ON candidates.id = sessions.candidate_id
WHERE sessions.id = %(session_id)s

-- name: asked
SELECT question_number, asked_at FROM asked_questions WHERE session_id = %(session_id)s

-- name: take_seat
UPDATE sessions SET device_id = %(device_id)s WHERE id = %(session_id)s AND device_id IS DISTINCT FROM %(device_id)s
RETURNING id

-- name: ask
INSERT INTO asked_questions (organisation_id, session_id, question_number)
VALUES (current_organisation(), %(session_id)s, %(question_number)s)
ON CONFLICT DO NOTHING

-- name: start
UPDATE sessions SET started_at = now() WHERE id = %(session_id)s AND started_at IS NULL
