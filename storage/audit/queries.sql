-- name: record
SELECT audit(%(action)s, %(object_kind)s, %(object_id)s, %(details)s)

-- name: entries
-- `id` is what pages are cut by.
SELECT number AS id, number, at, actor_kind, nullif(actor_id, '')::uuid AS actor_id, request_id, action, object_kind,
    object_id, details, encode(hash, 'hex') AS hash
FROM audit_log
WHERE (%(object_id)s::text IS NULL OR object_id = %(object_id)s::text)
    AND (%(actor_id)s::text IS NULL OR actor_id = %(actor_id)s::text)
    AND (%(action)s::text IS NULL OR action = %(action)s)
    AND (%(since)s::timestamptz IS NULL OR at >= %(since)s)

-- name: chain
SELECT organisation_id, number, at, actor_kind, actor_id, request_id, action, object_kind, object_id, details, hash
FROM audit_log WHERE organisation_id = %(organisation_id)s AND number > %(after)s ORDER BY number LIMIT 1000

-- name: heads
SELECT organisation_id, number, hash FROM audit_heads ORDER BY organisation_id
