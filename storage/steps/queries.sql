-- name: step
SELECT result, seconds FROM steps WHERE organisation_id = current_organisation() AND key = %(key)s

-- name: insert_step
INSERT INTO steps (organisation_id, key, name, result, seconds)
VALUES (current_organisation(), %(key)s, %(name)s, %(result)s, %(seconds)s)
ON CONFLICT (organisation_id, key) DO NOTHING
