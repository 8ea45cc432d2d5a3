-- name: insert_paces
INSERT INTO paces (organisation_id, session_id, position_id, language, pace)
SELECT current_organisation(), sessions.id, interviews.position_id, interviews.language, pace
FROM sessions JOIN interviews ON interviews.id = sessions.interview_id, unnest(%(paces)s::double precision[]) AS pace
WHERE sessions.id = %(session_id)s

-- name: norm
SELECT count(*) AS answers, percentile_cont(ARRAY[0.05, 0.5, 0.95]) WITHIN GROUP (ORDER BY pace) AS quantiles
FROM (
    SELECT pace FROM paces WHERE position_id = %(position_id)s AND language = %(language)s
    ORDER BY id DESC LIMIT %(recent)s
) AS recent
