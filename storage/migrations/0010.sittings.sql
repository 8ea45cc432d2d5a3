-- The candidate's page: who sits where, which question they were asked when, and what makes it fair to them.
-- depends: 0009.privacy

ALTER TABLE interviews
    ADD COLUMN reading_s integer NOT NULL DEFAULT 30 CHECK (reading_s BETWEEN 0 AND 600); -- seconds to read a question

ALTER TABLE sessions
    ADD COLUMN device_id text,           -- which device the candidate sits at: the last one that came
    ADD COLUMN started_at timestamptz;   -- when the first question was asked on the candidate's page

ALTER TABLE takes
    ADD COLUMN deadline_at timestamptz;  -- when the answer's time is over; null for recordings made elsewhere

-- When a question was first shown: its reading time runs from then.
CREATE TABLE asked_questions (
    organisation_id uuid NOT NULL REFERENCES organisations,
    session_id uuid NOT NULL,
    question_number integer NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (session_id, question_number),
    FOREIGN KEY (organisation_id, session_id) REFERENCES sessions (organisation_id, id) ON DELETE CASCADE
);

-- What a candidate needs to have an equal chance: asked for, and granted or declined by a person.
CREATE TABLE accommodations (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organisation_id uuid NOT NULL REFERENCES organisations,
    session_id uuid NOT NULL UNIQUE,
    state text NOT NULL CHECK (state IN ('requested', 'granted', 'declined')),
    extra_time_percent integer NOT NULL CHECK (extra_time_percent BETWEEN 0 AND 200),
    audio_only boolean NOT NULL,
    text_answers boolean NOT NULL,
    note text,  -- the candidate's
    reply text, -- the enterprise's
    created_at timestamptz NOT NULL DEFAULT now(),
    decided_at timestamptz CHECK ((state = 'requested') = (decided_at IS NULL)),
    FOREIGN KEY (organisation_id, session_id) REFERENCES sessions (organisation_id, id) ON DELETE CASCADE
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['asked_questions', 'accommodations'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY organisation ON %I TO parley_app USING (organisation_id = current_organisation())'
            ' WITH CHECK (organisation_id = current_organisation())', name);
        EXECUTE format('CREATE POLICY bound ON %I AS RESTRICTIVE TO parley_app USING (is_seen_session(session_id))', name);
    END LOOP;
    PERFORM audit_table('accommodations', 'accommodation');
END $$;
GRANT SELECT, INSERT ON asked_questions TO parley_app;
GRANT SELECT, INSERT, UPDATE ON accommodations TO parley_app;

-- How much longer than others a candidate may take: 1 without an accommodation.
CREATE FUNCTION time_factor(session uuid) RETURNS double precision LANGUAGE sql STABLE AS $$
    SELECT 1 + coalesce((SELECT extra_time_percent FROM accommodations
                         WHERE session_id = session AND state = 'granted'), 0) / 100.0
$$;

-- When the candidate's own time is over; null before the first question, and for recordings made elsewhere.
CREATE FUNCTION session_ends_at(session uuid) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT least(i.closes_at, s.started_at + make_interval(mins => i.minutes_per_candidate) * time_factor(s.id))
    FROM sessions s JOIN interviews i ON i.id = s.interview_id
    WHERE s.id = session AND s.started_at IS NOT NULL
$$;

-- A candidate sees how their session goes and what they are written, not what Parley finds.
DROP POLICY bound ON events;
CREATE POLICY bound ON events AS RESTRICTIVE FOR SELECT TO parley_app USING (
    is_seen_session(session_id)
    AND (current_session() IS NULL OR kind IN ('state', 'take', 'chat', 'device', 'accommodation')));

-- That somebody needed something tells of their health: it goes with what they said.
CREATE FUNCTION erase_accommodation(session uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM check_erasing();
    DELETE FROM accommodations WHERE organisation_id = current_organisation() AND session_id = session;
END $$;
REVOKE EXECUTE ON FUNCTION erase_accommodation FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_accommodation TO parley_app;
