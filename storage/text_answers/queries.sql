-- name: store
INSERT INTO text_answers (organisation_id, session_id, interview_id, question_number, text)
VALUES (current_organisation(), %(session_id)s, %(interview_id)s, %(question_number)s, %(text)s)
ON CONFLICT (session_id, question_number) DO UPDATE SET text = excluded.text, stored_at = clock_timestamp()
RETURNING question_number, text, version, stored_at

-- name: text_answer
SELECT question_number, text, version, stored_at FROM text_answers
WHERE session_id = %(session_id)s AND question_number = %(question_number)s

-- name: text_answers
SELECT question_number, text, version, stored_at FROM text_answers
WHERE session_id = %(session_id)s ORDER BY question_number

-- name: counting
SELECT question_number, text, version, stored_at FROM text_answers
WHERE session_id = %(session_id)s AND text ~ '\S' AND NOT EXISTS (
    SELECT FROM takes WHERE takes.session_id = text_answers.session_id
        AND takes.question_number = text_answers.question_number AND takes.stored_at > text_answers.stored_at)
ORDER BY question_number
