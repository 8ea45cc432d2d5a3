-- name: insert_message
-- A session of somebody else's would send one candidate's link to another.
INSERT INTO messages (
    organisation_id, kind, decision, channel, language, candidate_id, session_id, position_id, link, code, contact,
    send_at)
SELECT current_organisation(), %(kind)s, %(decision)s, %(channel)s, %(language)s, %(candidate_id)s, %(session_id)s::uuid,
       %(position_id)s::uuid, %(link)s, %(code)s, %(contact)s, coalesce(%(send_at)s, now())
WHERE %(session_id)s::uuid IS NULL
   OR EXISTS (SELECT FROM sessions WHERE id = %(session_id)s AND candidate_id = %(candidate_id)s)
ON CONFLICT (session_id, channel) WHERE kind = 'interview_done' DO NOTHING
RETURNING id, kind, decision, channel, language, candidate_id, session_id, position_id, state, reason, attempts, send_at,
          created_at, sent_at

-- name: done_message
SELECT id, kind, decision, channel, language, candidate_id, session_id, position_id, state, reason, attempts, send_at,
       created_at, sent_at
FROM messages
WHERE kind = 'interview_done' AND session_id = %(session_id)s AND channel = %(channel)s
  AND candidate_id = %(candidate_id)s

-- name: message
SELECT id, kind, decision, channel, language, candidate_id, session_id, position_id, state, reason, attempts, send_at,
       created_at, sent_at
FROM messages WHERE id = %(id)s

-- name: messages
SELECT id, kind, decision, channel, language, candidate_id, session_id, position_id, state, reason, attempts, send_at,
       created_at, sent_at
FROM messages
WHERE (%(session_id)s::uuid IS NULL OR session_id = %(session_id)s)
  AND (%(candidate_id)s::uuid IS NULL OR candidate_id = %(candidate_id)s)
  AND (%(kind)s::text IS NULL OR kind = %(kind)s)
  AND (%(channel)s::text IS NULL OR channel = %(channel)s)
  AND (%(state)s::message_state IS NULL OR state = %(state)s)

-- name: lock_outgoing
SELECT messages.kind, messages.decision, messages.channel, messages.language, messages.candidate_id,
       messages.session_id, messages.state, messages.attempts, messages.link, messages.code,
       messages.created_at < now() - make_interval(mins => %(code_minutes)s) AS is_late, messages.contact,
       organisations.name AS organisation, positions.title AS position,
       sessions.state AS session_state, interviews.opens_at, interviews.closes_at, interviews.minutes_per_candidate,
       interviews.state = 'closed' OR interviews.closes_at <= now() AS closed
FROM messages
JOIN organisations ON organisations.id = messages.organisation_id
LEFT JOIN sessions ON sessions.id = messages.session_id
LEFT JOIN interviews ON interviews.id = sessions.interview_id
JOIN positions ON positions.id = coalesce(interviews.position_id, messages.position_id)
WHERE messages.id = %(id)s
FOR NO KEY UPDATE OF messages

-- name: claim
UPDATE messages SET state = 'sending', reason = NULL, attempts = attempts + 1 WHERE id = %(id)s RETURNING attempts

-- name: end
UPDATE messages
SET state = %(state)s, reason = %(reason)s,
    link = CASE WHEN %(state)s::message_state = 'cancelled' THEN NULL ELSE link END,
    contact = CASE WHEN %(state)s::message_state = 'cancelled' THEN NULL ELSE contact END,
    code = NULL
WHERE id = %(id)s

-- name: settle_sent
UPDATE messages SET state = 'sent', sent_at = now(), reason = NULL, link = NULL, code = NULL, contact = NULL
WHERE id = %(id)s AND attempts = %(attempt)s AND state IN ('sending', 'unknown')

-- name: settle_failed
UPDATE messages SET state = 'failed', reason = %(reason)s, code = NULL
WHERE id = %(id)s AND attempts = %(attempt)s AND state IN ('sending', 'unknown')

-- name: settle_unknown
UPDATE messages SET state = 'unknown', reason = %(reason)s, code = NULL
WHERE id = %(id)s AND attempts = %(attempt)s AND state = 'sending'

-- name: settle_queued
UPDATE messages SET state = 'queued', reason = %(reason)s
WHERE id = %(id)s AND attempts = %(attempt)s AND state = 'sending'

-- name: give_up
UPDATE messages
SET state = CASE state WHEN 'sending' THEN 'unknown' ELSE 'failed' END::message_state,
    reason = CASE state WHEN 'sending' THEN %(interrupted)s ELSE %(reason)s END,
    code = NULL
WHERE id = %(id)s AND state IN ('queued', 'sending')

-- name: lock_message
SELECT kind, state, link IS NOT NULL AS has_link FROM messages WHERE id = %(id)s FOR NO KEY UPDATE

-- name: queue_again
UPDATE messages SET state = 'queued', reason = NULL WHERE id = %(id)s
RETURNING id, kind, decision, channel, language, candidate_id, session_id, position_id, state, reason, attempts, send_at,
          created_at, sent_at

-- name: cancel
-- What is being sent cannot be called back; its link or code is not kept either.
UPDATE messages
SET state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END,
    reason = CASE state WHEN 'queued' THEN 'The session ended before it was sent.' ELSE reason END,
    link = NULL, code = NULL, contact = NULL
WHERE session_id = %(session_id)s
  AND (state = 'queued' OR link IS NOT NULL OR code IS NOT NULL OR contact IS NOT NULL)

-- name: call_off_codes
UPDATE messages SET state = 'cancelled', reason = 'A newer code, or none, was needed before it was sent.', code = NULL
WHERE session_id = %(session_id)s AND kind = 'identity_code' AND state = 'queued'

-- name: invited_by
SELECT DISTINCT invitations.channel, coalesce(candidates.language, interviews.language) AS language
FROM invitations
JOIN sessions ON sessions.id = invitations.session_id
JOIN interviews ON interviews.id = sessions.interview_id
JOIN candidates ON candidates.id = sessions.candidate_id
WHERE invitations.session_id = %(session_id)s AND invitations.channel <> 'link'
