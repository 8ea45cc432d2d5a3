-- name: question_voices
SELECT question_number, organisation_id, content, content_type, size, seconds, engine, stored_at
FROM question_voices WHERE interview_id = %(interview_id)s ORDER BY question_number

-- name: question_texts
SELECT questions.number, questions.text, interviews.language, question_voices.content
FROM questions JOIN interviews ON interviews.id = questions.interview_id
LEFT JOIN question_voices ON question_voices.interview_id = questions.interview_id
    AND question_voices.question_number = questions.number
WHERE questions.interview_id = %(interview_id)s AND interviews.state = 'published' ORDER BY questions.number

-- name: known_voice
SELECT content, content_type, size, seconds, engine FROM question_voices WHERE content = %(content)s LIMIT 1

-- name: keep_voice
INSERT INTO question_voices (organisation_id, interview_id, question_number, content, content_type, size, seconds, engine)
VALUES (current_organisation(), %(interview_id)s, %(number)s, %(content)s, %(content_type)s, %(size)s, %(seconds)s, %(engine)s)
ON CONFLICT (interview_id, question_number) DO UPDATE SET content = excluded.content, content_type = excluded.content_type,
    size = excluded.size, seconds = excluded.seconds, engine = excluded.engine, stored_at = now()
