-- name: insert_interview
INSERT INTO interviews (organisation_id, position_id, title, language, opens_at, closes_at, minutes_per_candidate, takes_allowed,
    reading_s, state)
VALUES (current_organisation(), %(position_id)s, %(title)s, %(language)s, %(opens_at)s, %(closes_at)s,
        %(minutes_per_candidate)s, %(takes_allowed)s, %(reading_s)s, %(state)s)
RETURNING id

-- name: insert_dimension
INSERT INTO dimensions (organisation_id, interview_id, name, weight, ordinal)
VALUES (current_organisation(), %(interview_id)s, %(name)s, %(weight)s, %(ordinal)s)

-- name: insert_question
INSERT INTO questions (organisation_id, interview_id, number, kind, dimension, text, time_limit_s, rubric, keywords, origin,
    template_id)
VALUES (current_organisation(), %(interview_id)s, %(number)s, %(kind)s, %(dimension)s, %(text)s, %(time_limit_s)s,
        %(rubric)s, %(keywords)s, %(origin)s, %(template_id)s)

-- name: delete_questions
DELETE FROM questions WHERE interview_id = %(interview_id)s

-- name: delete_dimensions
DELETE FROM dimensions WHERE interview_id = %(interview_id)s

-- name: lock_interview
SELECT id FROM interviews WHERE id = %(id)s FOR NO KEY UPDATE

-- name: move
UPDATE interviews SET state = %(to)s WHERE id = %(id)s

-- name: interviews
SELECT id, position_id, title, language, opens_at, closes_at, minutes_per_candidate, takes_allowed, reading_s, state, version, created_at,
    (SELECT json_agg(json_build_object('name', name, 'weight', weight) ORDER BY ordinal)
     FROM dimensions WHERE interview_id = interviews.id) AS dimensions,
    (SELECT json_agg(json_build_object('number', number, 'kind', kind, 'dimension', dimension, 'text', text,
                                       'time_limit_s', time_limit_s, 'rubric', rubric, 'keywords', keywords,
                                       'origin', origin, 'template_id', template_id) ORDER BY number)
     FROM questions WHERE interview_id = interviews.id) AS questions
FROM interviews
WHERE (%(id)s::uuid IS NULL OR id = %(id)s) AND (%(position_id)s::uuid IS NULL OR position_id = %(position_id)s)
    AND (%(state)s::interview_state IS NULL OR state = %(state)s)
