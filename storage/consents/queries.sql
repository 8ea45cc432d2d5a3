-- name: insert_consent
INSERT INTO consents (organisation_id, session_id, region, notice_version, language, notice_sha256, terms, choice,
                      biometrics, given_by, reference)
VALUES (current_organisation(), %(session_id)s, %(region)s, %(notice_version)s, %(language)s, %(notice_sha256)s, %(terms)s,
        %(choice)s, %(biometrics)s, %(given_by)s, %(reference)s)
RETURNING id, session_id, region, notice_version, language, notice_sha256, terms, choice, biometrics, given_by,
    reference, created_at

-- name: consents
SELECT id, session_id, region, notice_version, language, notice_sha256, terms, choice, biometrics, given_by,
    reference, created_at
FROM consents WHERE session_id = %(session_id)s

-- name: newest_consent
SELECT id, session_id, region, notice_version, language, notice_sha256, terms, choice, biometrics, given_by,
    reference, created_at
FROM consents WHERE session_id = %(session_id)s ORDER BY created_at DESC, id DESC LIMIT 1

-- name: unproven
-- The caller's own session is set for candidates alone: an enterprise that uploads recordings has no code to give.
SELECT current_session() IS NOT NULL AND NOT EXISTS (
    SELECT FROM identity_codes WHERE session_id = %(session_id)s AND used_at IS NOT NULL) AS is_unproven

-- name: compared
SELECT EXISTS (SELECT FROM identity_checks WHERE session_id = %(session_id)s) AS is_compared

-- name: organisation
SELECT name FROM organisations WHERE id = current_organisation()
