-- Answers that are written instead of spoken, and what the candidate's page notices while it is used.
-- depends: 0009.privacy

CREATE TABLE text_answers (
    organisation_id uuid NOT NULL REFERENCES organisations,
    session_id uuid NOT NULL,
    interview_id uuid NOT NULL,
    question_number integer NOT NULL,
    text text NOT NULL CHECK (length(text) <= 20000),
    stored_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (session_id, question_number),
    FOREIGN KEY (organisation_id, session_id) REFERENCES sessions (organisation_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organisation_id, interview_id, question_number)
        REFERENCES questions (organisation_id, interview_id, number)
);
CREATE TRIGGER versioned BEFORE UPDATE ON text_answers FOR EACH ROW EXECUTE FUNCTION next_version();

-- start_s and end_s are seconds from the start of the take, or without one, from when the question was shown.
CREATE TABLE signals (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    organisation_id uuid NOT NULL REFERENCES organisations,
    session_id uuid NOT NULL,
    take_id uuid,
    question_number integer CHECK (question_number > 0),
    kind text NOT NULL CHECK (kind IN (
        'tab_hidden', 'window_blurred', 'camera_lost', 'microphone_muted', 'paste', 'device_changed')),
    start_s double precision NOT NULL CHECK (start_s >= 0),
    end_s double precision NOT NULL CHECK (end_s >= start_s),
    detail integer CHECK (detail >= 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (organisation_id, session_id) REFERENCES sessions (organisation_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organisation_id, take_id) REFERENCES takes (organisation_id, id) ON DELETE CASCADE
);
CREATE INDEX signals_of_session ON signals (session_id, id);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['text_answers', 'signals'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY organisation ON %I TO parley_app USING (organisation_id = current_organisation())'
            ' WITH CHECK (organisation_id = current_organisation())', name);
        EXECUTE format('CREATE POLICY bound ON %I AS RESTRICTIVE TO parley_app USING (is_seen_session(session_id))', name);
    END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE (text, stored_at) ON text_answers TO parley_app;
GRANT SELECT, INSERT ON signals TO parley_app;

-- What was written goes with what was transcribed, and what the page noticed with what was observed.
CREATE FUNCTION erase_writing(session uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM check_erasing();
    DELETE FROM text_answers WHERE organisation_id = current_organisation() AND session_id = session;
    DELETE FROM signals WHERE organisation_id = current_organisation() AND session_id = session;
END $$;
REVOKE EXECUTE ON FUNCTION erase_writing FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_writing TO parley_app;
