-- Privacy: policies, consents, how long things are kept, and their erasure.
-- depends: 0006.hiring 0008.messages

-- What an organisation sets, and what an interview sets otherwise. Null: as the organisation, or the region's preset.
CREATE TABLE policies (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organisation_id uuid NOT NULL REFERENCES organisations,
    interview_id uuid, -- null: the organisation's own
    region text,
    expressions text CHECK (expressions IN ('off', 'advisory', 'scored')),
    identity text CHECK (identity IN ('off', 'optional', 'required')),
    consent text CHECK (consent IN ('optional', 'required')),
    human_review boolean,
    media_days integer CHECK (media_days > 0),
    biometric_days integer CHECK (biometric_days >= 0),
    analysis_days integer CHECK (analysis_days > 0),
    decision_days integer CHECK (decision_days > 0),
    notice_version text,
    bias_audit_url text,
    version integer NOT NULL DEFAULT 1,
    UNIQUE NULLS NOT DISTINCT (organisation_id, interview_id),
    FOREIGN KEY (organisation_id, interview_id) REFERENCES interviews (organisation_id, id)
);
CREATE TRIGGER versioned BEFORE UPDATE ON policies FOR EACH ROW EXECUTE FUNCTION next_version();

-- What a candidate was told and chose; the newest of a session counts.
CREATE TABLE consents (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organisation_id uuid NOT NULL REFERENCES organisations,
    session_id uuid NOT NULL,
    region text NOT NULL,
    notice_version text NOT NULL,
    language text NOT NULL CHECK (language IN ('zh', 'en')),
    notice_sha256 text NOT NULL,
    terms jsonb NOT NULL, -- the policy that the notice told of
    choice text NOT NULL CHECK (choice IN ('accept', 'decline_ai')),
    biometrics boolean NOT NULL,
    given_by text NOT NULL CHECK (given_by IN ('candidate', 'enterprise')),
    reference text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    FOREIGN KEY (organisation_id, session_id) REFERENCES sessions (organisation_id, id)
);
CREATE INDEX consents_of_session ON consents (session_id, created_at);

-- Whose material a step was computed from: with the session's analysis its steps go.
CREATE TABLE step_sessions (
    organisation_id uuid NOT NULL REFERENCES organisations,
    key bytea NOT NULL,
    session_id uuid NOT NULL,
    PRIMARY KEY (organisation_id, key, session_id),
    FOREIGN KEY (organisation_id, key) REFERENCES steps (organisation_id, key) ON DELETE CASCADE,
    FOREIGN KEY (organisation_id, session_id) REFERENCES sessions (organisation_id, id)
);
CREATE INDEX step_sessions_of_session ON step_sessions (session_id);

-- What is kept of a report once its transcript is erased: scores, codes and models, under a pseudonym.
CREATE TABLE decision_records (
    session_id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations,
    document jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (organisation_id, session_id) REFERENCES sessions (organisation_id, id)
);

-- Requests to erase a candidate, and the proof: what was held before and after. It outlives the candidate's row.
CREATE TABLE erasures (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organisation_id uuid NOT NULL REFERENCES organisations,
    candidate_id uuid NOT NULL,
    state text NOT NULL DEFAULT 'requested' CHECK (state IN ('requested', 'done')),
    problem text, -- why it is not done, where it was given up
    held_before jsonb,
    held_after jsonb,
    requested_at timestamptz NOT NULL DEFAULT now(),
    swept_at timestamptz, -- first deleted everything; uploads that were still allowed then are looked for again
    done_at timestamptz CHECK ((state = 'done') = (done_at IS NOT NULL)),
    UNIQUE (organisation_id, id)
);
CREATE UNIQUE INDEX erasures_one_requested ON erasures (candidate_id) WHERE state = 'requested';
CREATE INDEX erasures_listed ON erasures (organisation_id, requested_at, id);

ALTER TABLE candidates ADD COLUMN erased_at timestamptz; -- name and contacts gave way to a pseudonym
ALTER TABLE sessions
    ADD COLUMN vectors_erased_at timestamptz,
    ADD COLUMN media_erased_at timestamptz,
    ADD COLUMN analysis_erased_at timestamptz;
CREATE INDEX sessions_to_erase ON sessions (organisation_id, interview_id)
    WHERE vectors_erased_at IS NULL OR media_erased_at IS NULL OR analysis_erased_at IS NULL;

-- What is about a candidate goes with the candidate: every foreign key that leads there cascades.
DO $$
DECLARE
    found record;
BEGIN
    FOR found IN
        WITH RECURSIVE about (id) AS (
            SELECT 'candidates'::regclass::oid
            UNION
            SELECT c.conrelid FROM pg_constraint c JOIN about ON c.confrelid = about.id WHERE c.contype = 'f'
        )
        SELECT c.conrelid::regclass AS name, c.conname, pg_get_constraintdef(c.oid) AS definition
        FROM pg_constraint c JOIN about ON c.confrelid = about.id
        WHERE c.contype = 'f' AND c.confdeltype = 'a'
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.name, found.conname);
        EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s ON DELETE CASCADE', found.name, found.conname, found.definition);
    END LOOP;
END $$;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['policies', 'consents', 'step_sessions', 'decision_records', 'erasures'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY organisation ON %I TO parley_app USING (organisation_id = current_organisation())'
            ' WITH CHECK (organisation_id = current_organisation())', name);
    END LOOP;
    PERFORM audit_table('policies', 'policy');
    PERFORM audit_table('consents', 'consent');
    PERFORM audit_table('erasures', 'erasure');
END $$;
CREATE POLICY bound ON policies AS RESTRICTIVE TO parley_app USING (
    interview_id IS NULL
    OR (current_member() IS NULL OR is_own_interview(interview_id))
        AND (current_session() IS NULL OR interview_id = session_interview()));
CREATE POLICY bound ON consents AS RESTRICTIVE TO parley_app USING (is_seen_session(session_id));
CREATE POLICY bound ON step_sessions AS RESTRICTIVE TO parley_app
    USING (current_session() IS NULL AND current_member() IS NULL);
CREATE POLICY bound ON decision_records AS RESTRICTIVE TO parley_app
    USING (current_session() IS NULL AND is_seen_session(session_id));
CREATE POLICY bound ON erasures AS RESTRICTIVE TO parley_app
    USING (current_session() IS NULL AND current_member() IS NULL);

GRANT SELECT, INSERT, UPDATE ON policies TO parley_app;
GRANT SELECT, INSERT ON consents, step_sessions, decision_records TO parley_app;
GRANT SELECT, INSERT, UPDATE (state, problem, held_before, held_after, swept_at, done_at) ON erasures TO parley_app;

-- parley_app deletes none of what follows itself: these functions do, for Parley's own work and no caller's.
CREATE FUNCTION check_erasing() RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF current_text('actor_kind') IS DISTINCT FROM 'system' OR current_organisation() IS NULL THEN
        RAISE EXCEPTION 'only Parley itself erases' USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

-- Vectors of the face: the `photo` steps.
CREATE FUNCTION erase_vectors(session uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM check_erasing();
    DELETE FROM steps WHERE organisation_id = current_organisation() AND name = 'photo'
        AND key IN (SELECT key FROM step_sessions WHERE session_id = session);
END $$;

-- The hashes of what was recorded; the takes stay, for late uploads are found by their ids.
CREATE FUNCTION erase_chunks(session uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM check_erasing();
    DELETE FROM chunks WHERE organisation_id = current_organisation()
        AND take_id IN (SELECT id FROM takes WHERE session_id = session);
END $$;

-- Everything that was found; that a session went through its states stays.
CREATE FUNCTION erase_analysis(session uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM check_erasing();
    DELETE FROM steps WHERE organisation_id = current_organisation()
        AND key IN (SELECT key FROM step_sessions WHERE session_id = session);
    DELETE FROM reports WHERE organisation_id = current_organisation() AND session_id = session;
    DELETE FROM paces WHERE organisation_id = current_organisation() AND session_id = session;
    DELETE FROM events WHERE organisation_id = current_organisation() AND session_id = session
        AND kind NOT IN ('state', 'take');
END $$;

-- Steps of which nobody knows whose they are, older than that many seconds: they only ever save work.
CREATE FUNCTION erase_unheld_steps(older_s double precision) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM check_erasing();
    DELETE FROM steps WHERE organisation_id = current_organisation()
        AND created_at <= now() - make_interval(secs => older_s)
        AND NOT EXISTS (SELECT FROM step_sessions s WHERE s.organisation_id = steps.organisation_id AND s.key = steps.key);
END $$;

CREATE FUNCTION erase_session(session uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM check_erasing();
    DELETE FROM sessions WHERE organisation_id = current_organisation() AND id = session;
END $$;

CREATE FUNCTION erase_candidate(candidate uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM check_erasing();
    DELETE FROM candidates WHERE organisation_id = current_organisation() AND id = candidate;
END $$;

CREATE FUNCTION erase_resume(candidate uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM check_erasing();
    DELETE FROM resumes WHERE organisation_id = current_organisation() AND candidate_id = candidate;
END $$;

REVOKE EXECUTE ON FUNCTION erase_vectors, erase_chunks, erase_analysis, erase_unheld_steps, erase_resume, erase_session,
    erase_candidate FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_vectors, erase_chunks, erase_analysis, erase_unheld_steps, erase_resume, erase_session,
    erase_candidate TO parley_app;
