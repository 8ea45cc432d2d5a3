-- name: request
INSERT INTO accommodations (organisation_id, session_id, state, extra_time_percent, audio_only, text_answers, note)
VALUES (current_organisation(), %(session_id)s, 'requested', %(extra_time_percent)s, %(audio_only)s, %(text_answers)s, %(note)s)
ON CONFLICT (session_id) DO UPDATE
SET state = 'requested', extra_time_percent = excluded.extra_time_percent, audio_only = excluded.audio_only,
    text_answers = excluded.text_answers, note = excluded.note, reply = NULL, decided_at = NULL
RETURNING id, session_id, state, extra_time_percent, audio_only, text_answers, note, reply, created_at, decided_at

-- name: decide
INSERT INTO accommodations (organisation_id, session_id, state, extra_time_percent, audio_only, text_answers, reply, decided_at)
VALUES (current_organisation(), %(session_id)s, %(state)s, coalesce(%(extra_time_percent)s, 0), coalesce(%(audio_only)s, false),
        coalesce(%(text_answers)s, false), %(reply)s, now())
ON CONFLICT (session_id) DO UPDATE
SET state = excluded.state, reply = excluded.reply, decided_at = excluded.decided_at,
    extra_time_percent = coalesce(%(extra_time_percent)s, accommodations.extra_time_percent),
    audio_only = coalesce(%(audio_only)s, accommodations.audio_only),
    text_answers = coalesce(%(text_answers)s, accommodations.text_answers)
RETURNING id, session_id, state, extra_time_percent, audio_only, text_answers, note, reply, created_at, decided_at

-- name: accommodation
SELECT id, session_id, state, extra_time_percent, audio_only, text_answers, note, reply, created_at, decided_at
FROM accommodations WHERE session_id = %(session_id)s
