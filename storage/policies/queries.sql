-- name: ensure
INSERT INTO policies (organisation_id, interview_id) VALUES (current_organisation(), %(interview_id)s)
ON CONFLICT (organisation_id, interview_id) DO NOTHING

-- name: policies
SELECT id, interview_id, version, region, expressions, identity, one_time_code, consent, human_review, media_days, biometric_days,
    analysis_days, decision_days, notice_version, bias_audit_url
FROM policies
WHERE interview_id IS NULL OR %(all)s::boolean OR interview_id = %(interview_id)s
ORDER BY interview_id NULLS FIRST

-- name: lock
SELECT id FROM policies WHERE interview_id IS NULL FOR NO KEY UPDATE
