-- name: insert
INSERT INTO applications (organisation_id, candidate_id, position_id)
VALUES (current_organisation(), %(candidate_id)s, %(position_id)s)
ON CONFLICT (position_id, candidate_id) DO NOTHING
RETURNING id, candidate_id, position_id, stage, version, created_at

-- name: application
SELECT id, candidate_id, position_id, stage, version, created_at FROM applications WHERE id = %(id)s

-- name: applications
SELECT id, candidate_id, position_id, stage, version, created_at FROM applications
WHERE (%(candidate_id)s::uuid IS NULL OR candidate_id = %(candidate_id)s)
    AND (%(position_id)s::uuid IS NULL OR position_id = %(position_id)s)
    AND (%(stage)s::text IS NULL OR stage = %(stage)s)

-- name: of_session
SELECT applications.id, applications.candidate_id, applications.position_id, applications.stage, applications.version,
    applications.created_at
FROM sessions
JOIN interviews ON interviews.id = sessions.interview_id
JOIN applications ON applications.candidate_id = sessions.candidate_id AND applications.position_id = interviews.position_id
WHERE sessions.id = %(session_id)s

-- name: move
UPDATE applications SET stage = %(stage)s WHERE id = %(id)s
