-- From applying to the decision and what came of it: templates, interview states, applications, invitations,
-- decisions, outcomes, résumés.

CREATE TABLE question_templates (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organisation_id uuid NOT NULL REFERENCES organisations,
    kind text NOT NULL CHECK (kind IN ('structured', 'situational', 'skill')),
    language text NOT NULL CHECK (language IN ('zh', 'en')),
    dimension text NOT NULL,
    text text NOT NULL,
    time_limit_s integer NOT NULL CHECK (time_limit_s > 0),
    rubric jsonb NOT NULL,
    keywords jsonb NOT NULL,
    archived_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (organisation_id, id)
);

-- Interviews from before there were states were open to all.
CREATE TYPE interview_state AS ENUM ('draft', 'published', 'closed');
ALTER TABLE interviews
    ADD COLUMN state interview_state NOT NULL DEFAULT 'published',
    ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE interviews ALTER COLUMN state SET DEFAULT 'draft';
ALTER TABLE questions
    ADD COLUMN origin text NOT NULL DEFAULT 'custom' CHECK (origin IN ('template', 'custom', 'résumé', 'history')),
    ADD COLUMN template_id uuid,
    ADD FOREIGN KEY (organisation_id, template_id) REFERENCES question_templates (organisation_id, id);

CREATE FUNCTION guard_interview_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state, NEW.state) NOT IN (('draft', 'published'), ('published', 'closed')) THEN
        RAISE EXCEPTION 'an interview cannot go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER interviews_guard BEFORE UPDATE OF state ON interviews
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION guard_interview_transition();

ALTER TABLE candidates
    ADD COLUMN external_id text, -- the enterprise's own name for the candidate
    ADD COLUMN language text CHECK (language IN ('zh', 'en')),
    ADD COLUMN time_zone text;
CREATE UNIQUE INDEX candidates_external_id ON candidates (organisation_id, external_id);
CREATE INDEX candidates_email ON candidates (organisation_id, email_index);

CREATE TABLE applications (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organisation_id uuid NOT NULL REFERENCES organisations,
    candidate_id uuid NOT NULL,
    position_id uuid NOT NULL,
    stage text NOT NULL DEFAULT 'applied' CHECK (stage IN (
        'applied', 'invited', 'interviewed', 'next_round', 'offer', 'hired', 'rejected', 'talent_pool')),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (organisation_id, id),
    UNIQUE (position_id, candidate_id),
    FOREIGN KEY (organisation_id, candidate_id) REFERENCES candidates (organisation_id, id),
    FOREIGN KEY (organisation_id, position_id) REFERENCES positions (organisation_id, id)
);
CREATE INDEX applications_of_candidate ON applications (candidate_id);
INSERT INTO applications (organisation_id, candidate_id, position_id, stage)
SELECT DISTINCT ON (interviews.position_id, sessions.candidate_id)
    sessions.organisation_id, sessions.candidate_id, interviews.position_id,
    CASE WHEN sessions.state = 'reported' THEN 'interviewed' ELSE 'invited' END
FROM sessions JOIN interviews ON interviews.id = sessions.interview_id
ORDER BY interviews.position_id, sessions.candidate_id, sessions.state = 'reported' DESC;

-- A candidate's way in. It ends with the interview's window.
CREATE TABLE invitations (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organisation_id uuid NOT NULL REFERENCES organisations,
    session_id uuid NOT NULL,
    channel text NOT NULL CHECK (channel IN ('link', 'mail', 'sms')),
    token_hash bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32), -- sha256 of 256 random bits
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz,
    UNIQUE (organisation_id, id),
    FOREIGN KEY (organisation_id, session_id) REFERENCES sessions (organisation_id, id)
);
CREATE INDEX invitations_of_session ON invitations (session_id);

-- A person's; the newest of a session counts.
CREATE TABLE decisions (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organisation_id uuid NOT NULL REFERENCES organisations,
    session_id uuid NOT NULL,
    member_id uuid NOT NULL,
    decision text NOT NULL CHECK (decision IN ('next_round', 'offer', 'hired', 'rejected', 'talent_pool')),
    reason text NOT NULL,
    scores jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (organisation_id, id),
    FOREIGN KEY (organisation_id, session_id) REFERENCES sessions (organisation_id, id),
    FOREIGN KEY (organisation_id, member_id) REFERENCES members (organisation_id, id)
);
CREATE INDEX decisions_of_session ON decisions (session_id, created_at);

CREATE TABLE outcomes (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organisation_id uuid NOT NULL REFERENCES organisations,
    application_id uuid NOT NULL,
    measured_on date NOT NULL,
    performance numeric(5, 2) NOT NULL CHECK (performance BETWEEN 0 AND 100),
    is_employed boolean NOT NULL,
    note text,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (organisation_id, id),
    UNIQUE (application_id, measured_on),
    FOREIGN KEY (organisation_id, application_id) REFERENCES applications (organisation_id, id)
);

CREATE TABLE resumes (
    candidate_id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations,
    size bigint NOT NULL CHECK (size > 0),
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    state text NOT NULL DEFAULT 'announced' CHECK (state IN ('announced', 'stored', 'read', 'unreadable')),
    text text,
    skills text[] NOT NULL DEFAULT '{}',
    language text,
    problem text,
    created_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (organisation_id, candidate_id) REFERENCES candidates (organisation_id, id)
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'question_templates', 'applications', 'invitations', 'decisions', 'outcomes', 'resumes'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY organisation ON %I TO parley_app USING (organisation_id = current_organisation())'
            ' WITH CHECK (organisation_id = current_organisation())', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['question_templates', 'interviews', 'applications'] LOOP
        EXECUTE format(
            'CREATE TRIGGER versioned BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION next_version()', name);
    END LOOP;
    PERFORM audit_table('question_templates', 'question-template');
    PERFORM audit_table('applications', 'application');
    PERFORM audit_table('invitations', 'invitation');
    PERFORM audit_table('decisions', 'decision');
    PERFORM audit_table('outcomes', 'outcome');
    PERFORM audit_table('resumes', 'resume', 'candidate_id');
END $$;

-- An application makes a candidate one of a position's, with or without a session.
CREATE OR REPLACE FUNCTION is_own_candidate(candidate_id uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT EXISTS (SELECT FROM applications a
                     WHERE a.candidate_id = is_own_candidate.candidate_id AND is_own_position(a.position_id)) $$;
CREATE FUNCTION is_own_application(application_id uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT EXISTS (SELECT FROM applications a
                     WHERE a.id = is_own_application.application_id AND is_own_position(a.position_id)) $$;

-- A candidate's own calls move their application on, so they reach that one; templates hold nothing secret to members.
CREATE POLICY bound ON question_templates AS RESTRICTIVE TO parley_app USING (current_session() IS NULL);
CREATE POLICY bound ON applications AS RESTRICTIVE TO parley_app USING (
    (current_member() IS NULL OR is_own_position(position_id))
    AND (current_session() IS NULL OR (candidate_id = session_candidate() AND position_id = session_position())));
CREATE POLICY bound ON invitations AS RESTRICTIVE TO parley_app USING (is_seen_session(session_id));
CREATE POLICY bound ON decisions AS RESTRICTIVE TO parley_app
    USING (current_session() IS NULL AND is_seen_session(session_id));
CREATE POLICY bound ON outcomes AS RESTRICTIVE TO parley_app
    USING (current_session() IS NULL AND (current_member() IS NULL OR is_own_application(application_id)));
CREATE POLICY bound ON resumes AS RESTRICTIVE TO parley_app USING (
    (current_member() IS NULL OR is_own_candidate(candidate_id))
    AND (current_session() IS NULL OR candidate_id = session_candidate()));

GRANT SELECT, INSERT, UPDATE ON question_templates, applications, invitations, resumes TO parley_app;
GRANT SELECT, INSERT ON decisions, outcomes TO parley_app; -- immutable
GRANT DELETE ON dimensions, questions TO parley_app; -- a draft's are written anew

-- Asked of each row that a job's event adds: by the jobs' key, not by reading all jobs.
ALTER POLICY organisation ON procrastinate_events
    USING (EXISTS (SELECT FROM procrastinate_jobs WHERE id = job_id))
    WITH CHECK (EXISTS (SELECT FROM procrastinate_jobs WHERE id = job_id));
