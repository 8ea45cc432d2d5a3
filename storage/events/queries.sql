-- name: lock_order
SELECT pg_advisory_xact_lock(hashtextextended(%(session_id)s::text, 0))

-- name: insert_event
INSERT INTO events (organisation_id, session_id, kind, data)
VALUES (current_organisation(), %(session_id)s, %(kind)s, %(data)s)

-- name: events_after
SELECT id, kind, data, created_at FROM events WHERE session_id = %(session_id)s AND id > %(after)s ORDER BY id LIMIT 500
