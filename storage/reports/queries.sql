-- name: insert_report
INSERT INTO reports (organisation_id, session_id, version, document)
VALUES (current_organisation(), %(session_id)s, 1, %(document)s)
ON CONFLICT (session_id, version) DO NOTHING

-- name: newest_report
SELECT version, document, created_at FROM reports WHERE session_id = %(session_id)s ORDER BY version DESC LIMIT 1
