-- name: claim
-- Waits for a racing request with the same key until it commits.
INSERT INTO idempotency_keys (organisation_id, actor_id, key, request)
VALUES (current_organisation(), %(actor_id)s, %(key)s, %(request)s)
ON CONFLICT (organisation_id, actor_id, key) DO NOTHING
RETURNING key

-- name: answer
SELECT request, status, headers, body FROM idempotency_keys WHERE actor_id = %(actor_id)s AND key = %(key)s

-- name: keep
UPDATE idempotency_keys SET status = %(status)s, headers = %(headers)s, body = %(body)s
WHERE actor_id = %(actor_id)s AND key = %(key)s

-- name: forget
DELETE FROM idempotency_keys WHERE created_at < now() - make_interval(hours => %(hours)s)
