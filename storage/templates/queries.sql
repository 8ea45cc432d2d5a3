-- name: insert
INSERT INTO question_templates (organisation_id, kind, language, dimension, text, time_limit_s, rubric, keywords)
VALUES (current_organisation(), %(kind)s, %(language)s, %(dimension)s, %(text)s, %(time_limit_s)s, %(rubric)s, %(keywords)s)
RETURNING id, kind, language, dimension, text, time_limit_s, rubric, keywords, archived_at, version, created_at

-- name: template
SELECT id, kind, language, dimension, text, time_limit_s, rubric, keywords, archived_at, version, created_at
FROM question_templates WHERE id = %(id)s

-- name: templates
SELECT id, kind, language, dimension, text, time_limit_s, rubric, keywords, archived_at, version, created_at
FROM question_templates
WHERE (%(language)s::text IS NULL OR language = %(language)s) AND (%(kind)s::text IS NULL OR kind = %(kind)s)
    AND (%(dimension)s::text IS NULL OR dimension = %(dimension)s) AND (archived_at IS NOT NULL) = %(archived)s
