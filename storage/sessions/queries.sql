-- name: insert_session
INSERT INTO sessions (organisation_id, interview_id, candidate_id)
VALUES (current_organisation(), %(interview_id)s, %(candidate_id)s)
ON CONFLICT (interview_id, candidate_id) DO NOTHING
RETURNING id, interview_id, candidate_id, state, attention_reason, created_at, submitted_at, reported_at

-- name: session
SELECT id, interview_id, candidate_id, state, attention_reason, created_at, submitted_at, reported_at
FROM sessions WHERE id = %(id)s

-- name: session_of
SELECT id, interview_id, candidate_id, state, attention_reason, created_at, submitted_at, reported_at
FROM sessions WHERE interview_id = %(interview_id)s AND candidate_id = %(candidate_id)s

-- name: lock_session
-- No key is changed: rows that refer to the session, as events do, may be written meanwhile.
SELECT id, interview_id, candidate_id, state, attention_reason, created_at, submitted_at, reported_at
FROM sessions WHERE id = %(id)s FOR NO KEY UPDATE

-- name: sessions
SELECT id, interview_id, candidate_id, state, attention_reason, created_at, submitted_at, reported_at
FROM sessions
WHERE (%(interview_id)s::uuid IS NULL OR interview_id = %(interview_id)s)
    AND (%(candidate_id)s::uuid IS NULL OR candidate_id = %(candidate_id)s)
    AND (%(state)s::session_state IS NULL OR state = %(state)s)

-- name: move
UPDATE sessions
SET state = %(to)s,
    attention_reason = %(reason)s,
    submitted_at = CASE WHEN %(to)s::session_state = 'submitted' THEN coalesce(submitted_at, now()) ELSE submitted_at END,
    reported_at = CASE WHEN %(to)s::session_state = 'reported' THEN now() ELSE reported_at END
WHERE id = %(id)s
RETURNING id, interview_id, candidate_id, state, attention_reason, created_at, submitted_at, reported_at

-- name: unfinished_takes
SELECT question_number FROM takes WHERE session_id = %(id)s AND state = 'recording' ORDER BY question_number

-- name: abandon_unfinished_takes
UPDATE takes SET state = 'abandoned' WHERE session_id = %(id)s AND state = 'recording'

-- name: stored_answers
SELECT (SELECT count(*) FROM takes WHERE session_id = %(id)s AND state = 'stored')
    + (SELECT count(*) FROM text_answers WHERE session_id = %(id)s AND text ~ '\S') AS stored

-- name: late
SELECT organisation_id, id FROM sessions
WHERE state = 'submitted' AND submitted_at < now() - make_interval(secs => %(after_s)s)
    AND NOT EXISTS (
        SELECT FROM events
        WHERE session_id = sessions.id AND kind = 'delay' AND data ->> 'reason' = 'report-waits'
    )

-- name: told
SELECT id FROM events WHERE session_id = %(id)s AND kind = 'delay' AND data ->> 'reason' = 'report-waits' LIMIT 1

-- name: booked_windows
SELECT interviews.opens_at, interviews.closes_at, interviews.minutes_per_candidate, count(*) AS candidates
FROM sessions JOIN interviews ON interviews.id = sessions.interview_id
WHERE sessions.state = ANY(%(open_states)s::session_state[])
  AND interviews.closes_at > now() AND interviews.opens_at <= now() + make_interval(secs => %(within_s)s)
GROUP BY interviews.id

-- name: over
SELECT sessions.organisation_id, sessions.id,
    EXISTS (SELECT FROM takes WHERE session_id = sessions.id AND takes.state = 'stored')
        OR EXISTS (SELECT FROM takes JOIN chunks ON chunks.take_id = takes.id
                   WHERE session_id = sessions.id AND takes.state = 'recording' AND chunks.stored_at IS NOT NULL)
        OR EXISTS (SELECT FROM text_answers WHERE session_id = sessions.id AND text ~ '\S') AS is_answered
FROM sessions JOIN interviews ON interviews.id = sessions.interview_id
WHERE sessions.state = ANY(%(states)s::session_state[])
    AND (interviews.closes_at < now() - make_interval(secs => %(grace_s)s)
         OR sessions.started_at IS NOT NULL
            AND session_ends_at(sessions.id) < now() - make_interval(secs => %(grace_s)s))
ORDER BY interviews.closes_at LIMIT %(at_once)s
