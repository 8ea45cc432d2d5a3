-- name: foreign_keys
-- Of our own tables; each column list in the order of the key.
SELECT c.conrelid::regclass::text AS child, c.confrelid::regclass::text AS parent,
    (SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest(c.conkey) WITH ORDINALITY AS k (number, place)
     JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number) AS child_columns,
    (SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest(c.confkey) WITH ORDINALITY AS k (number, place)
     JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.number) AS parent_columns
FROM pg_constraint c WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace
ORDER BY child, parent, c.conname

-- name: steps_held
SELECT count(*) AS rows FROM steps WHERE key IN (
    SELECT key FROM step_sessions JOIN sessions ON sessions.id = step_sessions.session_id
    WHERE sessions.candidate_id = %(candidate_id)s)

-- name: steps
SELECT to_jsonb(steps) AS row FROM steps WHERE key IN (
    SELECT key FROM step_sessions JOIN sessions ON sessions.id = step_sessions.session_id
    WHERE sessions.candidate_id = %(candidate_id)s)

-- name: takes_of_candidate
SELECT takes.id, takes.session_id FROM takes JOIN sessions ON sessions.id = takes.session_id
WHERE sessions.candidate_id = %(candidate_id)s ORDER BY takes.created_at, takes.id

-- name: recordings
SELECT takes.id, takes.session_id, takes.question_number, takes.number, takes.content_type,
    array_agg(chunks.number ORDER BY chunks.number) AS chunks
FROM takes JOIN sessions ON sessions.id = takes.session_id JOIN chunks ON chunks.take_id = takes.id
WHERE sessions.candidate_id = %(candidate_id)s AND chunks.stored_at IS NOT NULL
GROUP BY takes.id ORDER BY takes.session_id, takes.question_number, takes.number

-- name: takes_of_session
SELECT id FROM takes WHERE session_id = %(session_id)s

-- name: hold_step
INSERT INTO step_sessions (organisation_id, key, session_id) VALUES (current_organisation(), %(key)s, %(session_id)s)
ON CONFLICT DO NOTHING

-- name: open_sessions
SELECT id FROM sessions WHERE candidate_id = %(candidate_id)s AND state NOT IN ('reported', 'withdrawn', 'expired')
ORDER BY id

-- name: sessions
SELECT id FROM sessions WHERE candidate_id = %(candidate_id)s ORDER BY id

-- name: insert_erasure
INSERT INTO erasures (organisation_id, candidate_id) VALUES (current_organisation(), %(candidate_id)s)
ON CONFLICT (candidate_id) WHERE state = 'requested' DO NOTHING

-- name: requested_erasure
SELECT id, candidate_id, state, problem, held_before, held_after, requested_at, swept_at, done_at
FROM erasures WHERE candidate_id = %(candidate_id)s AND state = 'requested'

-- name: erasure
SELECT id, candidate_id, state, problem, held_before, held_after, requested_at, swept_at, done_at
FROM erasures WHERE id = %(id)s

-- name: erasures
SELECT id, candidate_id, state, problem, held_before, held_after, requested_at, swept_at, done_at
FROM erasures
WHERE (%(candidate_id)s::uuid IS NULL OR candidate_id = %(candidate_id)s)
    AND (%(state)s::text IS NULL OR state = %(state)s)

-- name: note_before
UPDATE erasures SET held_before = %(held)s, problem = NULL WHERE id = %(id)s AND held_before IS NULL

-- name: note_after
UPDATE erasures SET held_after = %(held)s, swept_at = coalesce(swept_at, now()), problem = NULL,
    state = CASE WHEN %(is_done)s THEN 'done' ELSE state END, done_at = CASE WHEN %(is_done)s THEN now() END
WHERE id = %(id)s AND state = 'requested'

-- name: note_problem
UPDATE erasures SET problem = %(problem)s WHERE id = %(id)s AND state = 'requested'

-- name: is_erased
SELECT erased_at IS NOT NULL OR EXISTS (
    SELECT FROM erasures WHERE erasures.candidate_id = candidates.id AND erasures.state = 'requested') AS is_erased
FROM candidates WHERE id = %(candidate_id)s

-- name: pseudonymise
UPDATE candidates
SET name = %(pseudonym)s, email = NULL, email_index = NULL, phone = NULL, external_id = NULL, language = NULL,
    time_zone = NULL, photo_type = NULL, photo_size = NULL, photo_sha256 = NULL, photo_stored_at = NULL, erased_at = now()
WHERE id = %(candidate_id)s AND (erased_at IS NULL OR name <> %(pseudonym)s OR photo_sha256 IS NOT NULL)

-- name: forget_photo
UPDATE candidates SET photo_type = NULL, photo_size = NULL, photo_sha256 = NULL, photo_stored_at = NULL
WHERE id = %(candidate_id)s

-- name: revoke_invitations
UPDATE invitations SET revoked_at = now()
WHERE revoked_at IS NULL AND session_id IN (SELECT id FROM sessions WHERE candidate_id = %(candidate_id)s)

-- name: cancel_messages
UPDATE messages SET state = 'cancelled', reason = 'The candidate was erased.'
WHERE candidate_id = %(candidate_id)s AND state = 'queued'

-- name: clear_messages
UPDATE messages SET link = NULL, code = NULL, contact = NULL
WHERE candidate_id = %(candidate_id)s AND state <> 'sending'
    AND (link IS NOT NULL OR code IS NOT NULL OR contact IS NOT NULL)

-- name: newest_report
SELECT document FROM reports WHERE session_id = %(session_id)s ORDER BY version DESC LIMIT 1

-- name: keep_record
INSERT INTO decision_records (organisation_id, session_id, document)
VALUES (current_organisation(), %(session_id)s, %(document)s)
ON CONFLICT (session_id) DO NOTHING

-- name: record
SELECT document FROM decision_records WHERE session_id = %(session_id)s

-- name: erase_vectors
SELECT erase_vectors(%(session_id)s)

-- name: erase_chunks
SELECT erase_chunks(%(session_id)s)

-- name: erase_analysis
SELECT erase_analysis(%(session_id)s)

-- name: erase_writing
SELECT erase_writing(%(session_id)s)

-- name: erase_accommodation
SELECT erase_accommodation(%(session_id)s)

-- name: erase_identity
SELECT erase_identity(%(session_id)s)

-- name: erase_device_checks
SELECT erase_device_checks(%(session_id)s)

-- name: erase_unheld_steps
SELECT erase_unheld_steps(%(older_s)s)

-- name: erase_resume
SELECT erase_resume(%(candidate_id)s)

-- name: erase_session
SELECT erase_session(%(session_id)s)

-- name: erase_candidate
SELECT erase_candidate(%(candidate_id)s)

-- name: mark_vectors
UPDATE sessions SET vectors_erased_at = now() WHERE id = %(session_id)s AND vectors_erased_at IS NULL

-- name: mark_media
UPDATE sessions SET media_erased_at = now() WHERE id = %(session_id)s AND media_erased_at IS NULL

-- name: mark_analysis
UPDATE sessions SET analysis_erased_at = now() WHERE id = %(session_id)s AND analysis_erased_at IS NULL

-- name: organisations
SELECT id FROM organisations ORDER BY id

-- name: interviews
SELECT DISTINCT interview_id FROM sessions ORDER BY interview_id

-- name: due_sessions
-- A session's time runs from its report, or from the end of its interview where there is none. What the candidate
-- consented to bounds it. `stage` names the time and what is still there.
SELECT sessions.id
FROM sessions JOIN interviews ON interviews.id = sessions.interview_id
LEFT JOIN LATERAL (
    SELECT terms FROM consents WHERE session_id = sessions.id ORDER BY created_at DESC, id DESC LIMIT 1
) AS agreed ON true
WHERE sessions.interview_id = %(interview_id)s AND sessions.state <> 'submitted'
    AND coalesce(sessions.reported_at, interviews.closes_at)
        + make_interval(days => least(%(days)s, (agreed.terms ->> %(terms)s)::integer)) <= now()
    AND CASE %(stage)s
        WHEN 'vectors' THEN vectors_erased_at IS NULL
        WHEN 'media' THEN media_erased_at IS NULL
        WHEN 'analysis' THEN analysis_erased_at IS NULL
        ELSE true
    END
ORDER BY sessions.id LIMIT %(at_once)s

-- name: due_photos
SELECT id FROM candidates
WHERE photo_stored_at + make_interval(days => %(days)s) <= now()
    AND NOT EXISTS (SELECT FROM sessions WHERE candidate_id = candidates.id AND media_erased_at IS NULL)
ORDER BY id LIMIT %(at_once)s

-- name: due_candidates
-- Who applies anew begins anew.
SELECT id FROM candidates
WHERE erased_at IS NULL
    AND greatest(created_at, photo_stored_at,
                 (SELECT max(created_at) FROM applications WHERE candidate_id = candidates.id),
                 (SELECT max(created_at) FROM resumes WHERE candidate_id = candidates.id))
        + make_interval(days => %(days)s) <= now()
    AND NOT EXISTS (SELECT FROM sessions WHERE candidate_id = candidates.id AND analysis_erased_at IS NULL)
ORDER BY id LIMIT %(at_once)s

-- name: due_pseudonyms
SELECT id FROM candidates
WHERE erased_at + make_interval(days => %(days)s) <= now()
    AND NOT EXISTS (SELECT FROM sessions WHERE candidate_id = candidates.id)
    AND NOT EXISTS (SELECT FROM erasures WHERE erasures.candidate_id = candidates.id AND state = 'requested')
ORDER BY id LIMIT %(at_once)s

-- name: try_lock
SELECT pg_try_advisory_lock(%(number)s) AS locked

-- name: unlock
SELECT pg_advisory_unlock(%(number)s)
