-- name: is_verified
SELECT EXISTS (SELECT FROM identity_codes WHERE session_id = %(session_id)s AND used_at IS NOT NULL) AS verified

-- name: sent_codes
-- The newest first; the clock is the database's.
SELECT created_at, created_at > clock_timestamp() - make_interval(secs => %(pause_s)s) AS is_fresh
FROM identity_codes
WHERE session_id = %(session_id)s AND created_at > clock_timestamp() - interval '1 hour'
ORDER BY created_at DESC

-- name: insert_code
INSERT INTO identity_codes (id, organisation_id, session_id, channel, code_hash, created_at, expires_at)
SELECT %(id)s, current_organisation(), %(session_id)s, %(channel)s, %(code_hash)s, moment,
       moment + make_interval(mins => %(minutes)s)
FROM clock_timestamp() AS moment
RETURNING created_at, expires_at, created_at + make_interval(secs => %(pause_s)s) AS again_at

-- name: lock_newest_code
-- Racing tries wait for each other: each counts.
SELECT id, code_hash, attempts, expires_at <= clock_timestamp() AS is_expired
FROM identity_codes WHERE session_id = %(session_id)s
ORDER BY created_at DESC LIMIT 1 FOR NO KEY UPDATE

-- name: count_attempt
UPDATE identity_codes SET attempts = attempts + 1 WHERE id = %(id)s RETURNING attempts

-- name: use_code
UPDATE identity_codes SET used_at = clock_timestamp() WHERE id = %(id)s

-- name: language
SELECT coalesce(candidates.language, interviews.language) AS language
FROM sessions
JOIN interviews ON interviews.id = sessions.interview_id
JOIN candidates ON candidates.id = sessions.candidate_id
WHERE sessions.id = %(session_id)s

-- name: recent_checks
SELECT count(*) AS checks FROM identity_checks
WHERE session_id = %(session_id)s AND created_at > clock_timestamp() - interval '1 hour'

-- name: insert_check
INSERT INTO identity_checks (organisation_id, session_id, reference, verdict, reason, model)
VALUES (current_organisation(), %(session_id)s, %(reference)s, %(verdict)s, %(reason)s, %(model)s)

-- name: newest_verdict
SELECT verdict FROM identity_checks WHERE session_id = %(session_id)s ORDER BY created_at DESC, id DESC LIMIT 1

-- name: was_no_match
SELECT EXISTS (SELECT FROM identity_checks WHERE session_id = %(session_id)s AND verdict = 'no_match') AS was
