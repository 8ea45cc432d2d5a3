-- name: insert_report
INSERT INTO device_checks
    (organisation_id, session_id, latency_ms, upload_kbps, quality, camera, microphone, browser)
VALUES
    (current_organisation(), %(session_id)s, %(latency_ms)s, %(upload_kbps)s, %(quality)s, %(camera)s, %(microphone)s,
     %(browser)s)

-- name: newest_report
SELECT session_id, latency_ms, upload_kbps, quality, camera, microphone, browser, created_at
FROM device_checks WHERE session_id = %(session_id)s ORDER BY id DESC LIMIT 1
