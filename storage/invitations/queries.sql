-- name: insert
INSERT INTO invitations (id, organisation_id, session_id, channel, token_hash)
VALUES (%(id)s, current_organisation(), %(session_id)s, %(channel)s, %(token_hash)s)

-- name: invitations
SELECT invitations.id, session_id, candidate_id, channel, invitations.created_at, revoked_at,
    interviews.closes_at + make_interval(secs => %(grace_s)s) AS expires_at
FROM invitations
JOIN sessions ON sessions.id = session_id
JOIN interviews ON interviews.id = sessions.interview_id
WHERE (%(id)s::uuid IS NULL OR invitations.id = %(id)s)
    AND (%(session_id)s::uuid IS NULL OR session_id = %(session_id)s)
    AND (%(interview_id)s::uuid IS NULL OR sessions.interview_id = %(interview_id)s)

-- name: revoke
UPDATE invitations SET revoked_at = coalesce(revoked_at, now()) WHERE id = %(id)s

-- name: of_token
SELECT invitations.organisation_id, invitations.id, session_id, revoked_at IS NOT NULL AS is_revoked,
    now() >= interviews.closes_at + make_interval(secs => %(grace_s)s) AS is_expired
FROM invitations
JOIN sessions ON sessions.id = session_id
JOIN interviews ON interviews.id = sessions.interview_id
WHERE token_hash = %(token_hash)s

-- name: known
SELECT candidates.id, candidates.external_id, candidates.email_index, sessions.id AS session_id
FROM (
    -- Joined, each name is looked up in its index.
    SELECT c.* FROM unnest(%(external_ids)s::text[]) AS named (name) JOIN candidates c ON c.external_id = named.name
        AND c.organisation_id = current_organisation()
    UNION ALL
    SELECT c.* FROM unnest(%(email_indexes)s::bytea[]) AS named (name) JOIN candidates c ON c.email_index = named.name
        AND c.organisation_id = current_organisation()
) AS candidates
LEFT JOIN sessions ON sessions.candidate_id = candidates.id AND sessions.interview_id = %(interview_id)s
ORDER BY candidates.created_at DESC, candidates.id

-- name: insert_candidate
INSERT INTO candidates (id, organisation_id, name, email, email_index, phone, external_id, language, time_zone)
VALUES (%(id)s, current_organisation(), %(name)s, %(email)s, %(email_index)s, %(phone)s, %(external_id)s, %(language)s,
        %(time_zone)s)

-- name: insert_applications
-- Those that are new, or were only applied for, are invited now.
INSERT INTO applications (organisation_id, candidate_id, position_id, stage)
SELECT current_organisation(), candidate_id, %(position_id)s, 'invited' FROM unnest(%(candidate_ids)s::uuid[]) AS candidate_id
ON CONFLICT (position_id, candidate_id) DO UPDATE SET stage = 'invited' WHERE applications.stage = 'applied'
RETURNING id AS application_id, candidate_id, position_id, stage

-- name: insert_sessions
INSERT INTO sessions (id, organisation_id, interview_id, candidate_id)
SELECT session_id, current_organisation(), %(interview_id)s, candidate_id
FROM unnest(%(session_ids)s::uuid[], %(candidate_ids)s::uuid[]) AS new (session_id, candidate_id)
ON CONFLICT (interview_id, candidate_id) DO NOTHING
RETURNING id
