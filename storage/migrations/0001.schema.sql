-- Roles: the URL's role owns the tables; every organisation's transaction runs as parley_app, which row-level
-- security binds. Roles belong to the whole server, so another database may have made it already.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'parley_app') THEN
        CREATE ROLE parley_app NOLOGIN;
    END IF;
    EXECUTE format('GRANT parley_app TO %I', current_user);
END $$;

CREATE FUNCTION current_organisation() RETURNS uuid LANGUAGE sql STABLE
AS $$ SELECT nullif(current_setting('parley.organisation_id', true), '')::uuid $$;

CREATE TABLE organisations (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE api_keys (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organisation_id uuid NOT NULL REFERENCES organisations,
    name text NOT NULL,
    prefix text NOT NULL,
    hash bytea NOT NULL UNIQUE, -- sha256 of the whole key: it has 256 random bits, so no salt is needed
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);

-- Foreign keys carry the organisation too: Postgres checks them past row-level security, so a bare id
-- would let one organisation point at another's rows.
CREATE TABLE positions (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organisation_id uuid NOT NULL REFERENCES organisations,
    title text NOT NULL,
    department text,
    headcount integer NOT NULL CHECK (headcount > 0),
    sites text[] NOT NULL,
    description text,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (organisation_id, id)
);

CREATE TABLE interviews (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organisation_id uuid NOT NULL REFERENCES organisations,
    position_id uuid NOT NULL,
    title text NOT NULL,
    language text NOT NULL CHECK (language IN ('zh', 'en')),
    opens_at timestamptz NOT NULL,
    closes_at timestamptz NOT NULL,
    minutes_per_candidate integer NOT NULL CHECK (minutes_per_candidate > 0),
    takes_allowed integer NOT NULL CHECK (takes_allowed > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK (opens_at < closes_at),
    UNIQUE (organisation_id, id),
    FOREIGN KEY (organisation_id, position_id) REFERENCES positions (organisation_id, id)
);

CREATE TABLE dimensions (
    organisation_id uuid NOT NULL REFERENCES organisations,
    interview_id uuid NOT NULL,
    name text NOT NULL,
    weight numeric(6, 3) NOT NULL CHECK (weight > 0 AND weight <= 100), -- percent
    ordinal integer NOT NULL,
    PRIMARY KEY (interview_id, name),
    UNIQUE (organisation_id, interview_id, name),
    FOREIGN KEY (organisation_id, interview_id) REFERENCES interviews (organisation_id, id)
);

CREATE TABLE questions (
    organisation_id uuid NOT NULL REFERENCES organisations,
    interview_id uuid NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    kind text NOT NULL CHECK (kind IN ('structured', 'situational', 'skill')),
    dimension text NOT NULL,
    text text NOT NULL,
    time_limit_s integer NOT NULL CHECK (time_limit_s > 0),
    rubric jsonb NOT NULL,
    keywords jsonb NOT NULL,
    PRIMARY KEY (interview_id, number),
    UNIQUE (organisation_id, interview_id, number),
    FOREIGN KEY (organisation_id, interview_id, dimension) REFERENCES dimensions (organisation_id, interview_id, name)
);

CREATE TABLE candidates (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organisation_id uuid NOT NULL REFERENCES organisations,
    name text NOT NULL,
    email text,
    created_at timestamptz NOT NULL DEFAULT now(),
    photo_type text,
    photo_size bigint,
    photo_sha256 bytea,
    photo_stored_at timestamptz,
    UNIQUE (organisation_id, id)
);

CREATE TYPE session_state AS ENUM (
    'invited', 'opened', 'verified', 'ready', 'answering', 'submitted', 'reported', 'expired', 'withdrawn', 'attention'
);

CREATE TABLE sessions (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organisation_id uuid NOT NULL REFERENCES organisations,
    interview_id uuid NOT NULL,
    candidate_id uuid NOT NULL,
    state session_state NOT NULL DEFAULT 'invited',
    attention_reason text CHECK ((state = 'attention') = (attention_reason IS NOT NULL)),
    created_at timestamptz NOT NULL DEFAULT now(),
    submitted_at timestamptz,
    reported_at timestamptz,
    UNIQUE (organisation_id, id),
    UNIQUE (interview_id, candidate_id),
    FOREIGN KEY (organisation_id, interview_id) REFERENCES interviews (organisation_id, id),
    FOREIGN KEY (organisation_id, candidate_id) REFERENCES candidates (organisation_id, id)
);

CREATE FUNCTION guard_session_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state, NEW.state) NOT IN (
        ('invited', 'opened'), ('opened', 'verified'), ('opened', 'ready'), ('verified', 'ready'), ('ready', 'answering'),
        ('invited', 'answering'), -- recordings that an enterprise uploads need no candidate page
        ('answering', 'submitted'), ('submitted', 'reported'),
        ('submitted', 'attention'), ('attention', 'submitted'),
        ('invited', 'expired'), ('opened', 'expired'), ('verified', 'expired'), ('ready', 'expired'), ('answering', 'expired'),
        ('invited', 'withdrawn'), ('opened', 'withdrawn'), ('verified', 'withdrawn'), ('ready', 'withdrawn'),
        ('answering', 'withdrawn')
    ) THEN
        RAISE EXCEPTION 'a session cannot go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER sessions_guard BEFORE UPDATE OF state ON sessions
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION guard_session_transition();

-- A take is one recording of one answer, in chunks; the newest stored take of a question is the answer.
CREATE TYPE take_state AS ENUM ('recording', 'stored', 'abandoned');

CREATE TABLE takes (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organisation_id uuid NOT NULL REFERENCES organisations,
    session_id uuid NOT NULL,
    interview_id uuid NOT NULL,
    question_number integer NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    content_type text NOT NULL,
    state take_state NOT NULL DEFAULT 'recording',
    created_at timestamptz NOT NULL DEFAULT now(),
    stored_at timestamptz CHECK ((state = 'stored') = (stored_at IS NOT NULL)),
    chunks integer CHECK (chunks > 0 AND (state = 'stored') = (chunks IS NOT NULL)), -- how many there should be
    UNIQUE (organisation_id, id),
    UNIQUE (session_id, question_number, number),
    FOREIGN KEY (organisation_id, session_id) REFERENCES sessions (organisation_id, id),
    FOREIGN KEY (organisation_id, interview_id, question_number)
        REFERENCES questions (organisation_id, interview_id, number)
);
CREATE UNIQUE INDEX takes_one_recording ON takes (session_id, question_number) WHERE state = 'recording';

CREATE TABLE chunks (
    organisation_id uuid NOT NULL REFERENCES organisations,
    take_id uuid NOT NULL,
    number integer NOT NULL CHECK (number >= 0),
    size bigint NOT NULL CHECK (size > 0),
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    stored_at timestamptz,
    PRIMARY KEY (take_id, number),
    FOREIGN KEY (organisation_id, take_id) REFERENCES takes (organisation_id, id)
);

-- Results of processing steps, keyed by the hash of everything they were computed from.
CREATE TABLE steps (
    organisation_id uuid NOT NULL REFERENCES organisations,
    key bytea NOT NULL CHECK (length(key) = 32),
    name text NOT NULL,
    result jsonb NOT NULL,
    seconds double precision NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organisation_id, key)
);

CREATE TABLE reports (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organisation_id uuid NOT NULL REFERENCES organisations,
    session_id uuid NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    document jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (session_id, version),
    FOREIGN KEY (organisation_id, session_id) REFERENCES sessions (organisation_id, id)
);

-- Row-level security on every table that has an organisation, and on organisations themselves.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'api_keys', 'positions', 'interviews', 'dimensions', 'questions', 'candidates', 'sessions', 'takes', 'chunks', 'steps',
        'reports'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY organisation ON %I TO parley_app USING (organisation_id = current_organisation())'
            ' WITH CHECK (organisation_id = current_organisation())', name);
    END LOOP;
END $$;
ALTER TABLE organisations ENABLE ROW LEVEL SECURITY;
CREATE POLICY organisation ON organisations TO parley_app USING (id = current_organisation());

GRANT SELECT ON organisations, api_keys TO parley_app;
GRANT SELECT, INSERT, UPDATE ON positions, interviews, dimensions, questions, candidates, sessions, takes, chunks
    TO parley_app;
GRANT SELECT, INSERT ON steps, reports TO parley_app; -- immutable
