-- name: insert
INSERT INTO decisions (organisation_id, session_id, member_id, decision, reason, scores)
VALUES (current_organisation(), %(session_id)s, %(member_id)s, %(decision)s, %(reason)s, %(scores)s)
RETURNING id, session_id, member_id, decision, reason, scores, created_at

-- name: decisions
SELECT id, session_id, member_id, decision, reason, scores, created_at FROM decisions WHERE session_id = %(session_id)s

-- name: newest
SELECT id, session_id, member_id, decision, reason, scores, created_at FROM decisions WHERE session_id = %(session_id)s
ORDER BY created_at DESC, id DESC LIMIT 1
