-- name: lock_count
-- Endpoints of one organisation are made one after the other, so that their number keeps its limit.
SELECT pg_advisory_xact_lock(hashtextextended('webhooks ' || current_organisation()::text, 0))

-- name: count
SELECT count(*) AS endpoints FROM webhook_endpoints

-- name: insert_endpoint
INSERT INTO webhook_endpoints (organisation_id, url, event_types, description)
VALUES (current_organisation(), %(url)s, %(event_types)s, %(description)s)
RETURNING id, url, event_types, description, disabled_reason, version, created_at

-- name: endpoint
SELECT id, url, event_types, description, disabled_reason, version, created_at
FROM webhook_endpoints WHERE id = %(id)s

-- name: lock_endpoint
-- No key is changed: deliveries may be announced meanwhile.
SELECT id, url, event_types, description, disabled_reason, version, created_at
FROM webhook_endpoints WHERE id = %(id)s FOR NO KEY UPDATE

-- name: endpoints
SELECT id, url, event_types, description, disabled_reason, version, created_at FROM webhook_endpoints

-- name: delete_endpoint
DELETE FROM webhook_endpoints WHERE id = %(id)s

-- name: disable_endpoint
UPDATE webhook_endpoints SET disabled_reason = %(reason)s WHERE id = %(id)s AND disabled_reason IS NULL

-- name: cancel_pending
UPDATE webhook_deliveries SET state = 'cancelled', ended_at = now()
WHERE endpoint_id = %(endpoint_id)s AND state = 'pending'
    AND (%(message_id)s::uuid IS NULL OR message_id = %(message_id)s)

-- name: insert_secret
INSERT INTO webhook_secrets (organisation_id, endpoint_id, secret)
VALUES (current_organisation(), %(endpoint_id)s, %(secret)s)

-- name: forget_ended_secrets
DELETE FROM webhook_secrets WHERE endpoint_id = %(endpoint_id)s AND ends_at <= now()

-- name: end_secrets
UPDATE webhook_secrets
SET ends_at = least(ends_at, now() + make_interval(hours => %(overlap_hours)s))
WHERE endpoint_id = %(endpoint_id)s
RETURNING now() + make_interval(hours => %(overlap_hours)s) AS older_end_at

-- name: live_secrets
SELECT secret FROM webhook_secrets
WHERE endpoint_id = %(endpoint_id)s AND (ends_at IS NULL OR ends_at > now())
ORDER BY created_at DESC, id

-- name: announce
SELECT announce_webhook AS id FROM announce_webhook(%(type)s, %(data)s)

-- name: message
SELECT id, type, data, created_at FROM webhook_messages WHERE id = %(id)s

-- name: messages
SELECT id, type, data, created_at FROM webhook_messages WHERE %(type)s::text IS NULL OR type = %(type)s

-- name: forget_messages
DELETE FROM webhook_messages
WHERE created_at < %(before)s
    AND NOT EXISTS (SELECT FROM webhook_deliveries WHERE message_id = webhook_messages.id AND state = 'pending')

-- name: insert_delivery
INSERT INTO webhook_deliveries (organisation_id, message_id, endpoint_id)
VALUES (current_organisation(), %(message_id)s, %(endpoint_id)s)
RETURNING id

-- name: delivery
SELECT d.id, d.message_id, d.endpoint_id, m.type, d.state, d.created_at, d.ended_at,
    (SELECT coalesce(jsonb_agg(to_jsonb(a) ORDER BY a.number), '[]')
     FROM (SELECT delivery_id, number, started_at, duration_ms, status, error FROM webhook_attempts) a
     WHERE a.delivery_id = d.id) AS attempts
FROM webhook_deliveries d JOIN webhook_messages m ON m.id = d.message_id
WHERE d.id = %(id)s

-- name: deliveries
SELECT d.id, d.message_id, d.endpoint_id, m.type, d.state, d.created_at, d.ended_at,
    (SELECT coalesce(jsonb_agg(to_jsonb(a) ORDER BY a.number), '[]')
     FROM (SELECT delivery_id, number, started_at, duration_ms, status, error FROM webhook_attempts) a
     WHERE a.delivery_id = d.id) AS attempts
FROM webhook_deliveries d JOIN webhook_messages m ON m.id = d.message_id
WHERE d.endpoint_id = %(endpoint_id)s
    AND (%(state)s::text IS NULL OR d.state = %(state)s)

-- name: lock_delivery
SELECT d.state, d.endpoint_id, e.url, m.id AS message_id, m.type, m.data, m.created_at
FROM webhook_deliveries d
JOIN webhook_endpoints e ON e.id = d.endpoint_id
JOIN webhook_messages m ON m.id = d.message_id
WHERE d.id = %(id)s FOR NO KEY UPDATE OF d

-- name: last_attempt
SELECT number, duration_ms IS NOT NULL AS ended,
    extract(epoch FROM clock_timestamp() - started_at)::float8 AS age_s
FROM webhook_attempts WHERE delivery_id = %(id)s ORDER BY number DESC LIMIT 1

-- name: begin_attempt
INSERT INTO webhook_attempts (organisation_id, delivery_id, number)
VALUES (current_organisation(), %(id)s, %(number)s)

-- name: end_attempt
UPDATE webhook_attempts SET duration_ms = %(duration_ms)s, status = %(status)s, error = %(error)s
WHERE delivery_id = %(id)s AND number = %(number)s

-- name: end_delivery
UPDATE webhook_deliveries SET state = %(state)s, ended_at = now() WHERE id = %(id)s AND state = 'pending'

-- name: delivery_endpoint
SELECT endpoint_id FROM webhook_deliveries WHERE id = %(id)s

-- name: is_failing
-- The endpoint itself refused this delivery, and has taken no other since.
SELECT EXISTS (SELECT FROM webhook_attempts a WHERE a.delivery_id = d.id AND a.error IS NOT NULL)
    AND NOT EXISTS (
        SELECT FROM webhook_deliveries other
        WHERE other.endpoint_id = d.endpoint_id AND other.state = 'delivered' AND other.ended_at > d.created_at
    ) AS failing
FROM webhook_deliveries d WHERE d.id = %(id)s
