-- name: insert
INSERT INTO api_keys (organisation_id, name, prefix, hash, scopes, member_id, expires_at)
VALUES (%(organisation_id)s, %(name)s, %(prefix)s, %(hash)s, %(scopes)s, %(member_id)s, %(expires_at)s)
RETURNING id, name, prefix, scopes, member_id, created_at, expires_at, revoked_at, last_used_at

-- name: key
SELECT id, name, prefix, scopes, member_id, created_at, expires_at, revoked_at, last_used_at
FROM api_keys WHERE id = %(id)s FOR NO KEY UPDATE

-- name: keys
SELECT id, name, prefix, scopes, member_id, created_at, expires_at, revoked_at, last_used_at
FROM api_keys WHERE %(member_id)s::uuid IS NULL OR member_id = %(member_id)s

-- name: expire
UPDATE api_keys SET expires_at = least(expires_at, now() + make_interval(secs => %(overlap_s)s)) WHERE id = %(id)s

-- name: revoke
UPDATE api_keys SET revoked_at = coalesce(revoked_at, now()) WHERE id = %(id)s
RETURNING id, name, prefix, scopes, member_id, created_at, expires_at, revoked_at, last_used_at

-- name: key_of_hash
SELECT api_keys.organisation_id, api_keys.id, api_keys.scopes, api_keys.member_id, members.role,
    members.disabled_at IS NOT NULL AS is_disabled, api_keys.revoked_at IS NOT NULL AS is_revoked,
    coalesce(api_keys.expires_at <= now(), false) AS is_expired,
    coalesce(api_keys.last_used_at < now() - interval '1 minute', true) AS used_long_ago
FROM api_keys LEFT JOIN members ON members.id = api_keys.member_id
WHERE api_keys.hash = %(hash)s

-- name: used
UPDATE api_keys SET last_used_at = now() WHERE id = %(id)s
