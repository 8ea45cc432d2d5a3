-- name: insert
INSERT INTO outcomes (organisation_id, application_id, measured_on, performance, is_employed, note)
VALUES (current_organisation(), %(application_id)s, %(measured_on)s, %(performance)s, %(is_employed)s, %(note)s)
ON CONFLICT (application_id, measured_on) DO NOTHING
RETURNING id, application_id, measured_on, performance, is_employed, note, created_at

-- name: outcomes
SELECT outcomes.id, application_id, measured_on, performance, is_employed, note, outcomes.created_at
FROM outcomes JOIN applications ON applications.id = application_id
WHERE (%(application_id)s::uuid IS NULL OR application_id = %(application_id)s)
    AND (%(position_id)s::uuid IS NULL OR position_id = %(position_id)s)
