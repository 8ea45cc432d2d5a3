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

-- name: snapshot
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY

-- name: heads
-- An organisation without a head is there as well: its entries then are too many.
SELECT o.id AS organisation_id, coalesce(h.number, 0) AS number, coalesce(h.hash, %(beginning)s) AS hash
FROM organisations o LEFT JOIN audit_heads h ON h.organisation_id = o.id ORDER BY o.id

-- name: entry_hash
SELECT hash FROM audit_log WHERE organisation_id = %(organisation_id)s AND number = %(number)s
