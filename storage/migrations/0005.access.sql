-- Who may do what: members with roles, keys with scopes, candidates with a token; and what each of them did.

CREATE TABLE members (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organisation_id uuid NOT NULL REFERENCES organisations,
    name text NOT NULL,
    email bytea NOT NULL,       -- encrypted
    email_index bytea NOT NULL, -- keyed hash of the address, to find it
    role text NOT NULL CHECK (role IN ('admin', 'recruiter', 'hiring_manager', 'observer')),
    disabled_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (organisation_id, id),
    UNIQUE (organisation_id, email_index)
);

-- Whose positions a hiring manager sees.
CREATE TABLE position_managers (
    organisation_id uuid NOT NULL REFERENCES organisations,
    position_id uuid NOT NULL,
    member_id uuid NOT NULL,
    PRIMARY KEY (position_id, member_id),
    FOREIGN KEY (organisation_id, position_id) REFERENCES positions (organisation_id, id),
    FOREIGN KEY (organisation_id, member_id) REFERENCES members (organisation_id, id)
);

ALTER TABLE api_keys
    ADD COLUMN scopes text[] NOT NULL DEFAULT '{}',
    ADD COLUMN member_id uuid, -- whose key it is: it may do no more than their role
    ADD COLUMN expires_at timestamptz,
    ADD COLUMN last_used_at timestamptz,
    ADD UNIQUE (organisation_id, id),
    ADD FOREIGN KEY (organisation_id, member_id) REFERENCES members (organisation_id, id);
UPDATE api_keys SET scopes = '{*}'; -- keys from before there were scopes did everything

-- Answers to requests with an Idempotency-Key, kept for a day.
CREATE TABLE idempotency_keys (
    organisation_id uuid NOT NULL REFERENCES organisations,
    actor_id uuid NOT NULL,
    key text NOT NULL,
    request bytea NOT NULL CHECK (length(request) = 32), -- sha256 of method, path and body
    status integer,
    headers jsonb,
    body bytea, -- encrypted: an answer may hold a new secret
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organisation_id, actor_id, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

-- Contact data is encrypted by the application; what was stored in plain is sealed after the migrations.
ALTER TABLE candidates
    ALTER COLUMN email TYPE bytea USING convert_to(email, 'UTF8'),
    ADD COLUMN email_index bytea,
    ADD COLUMN phone bytea,
    ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE positions ADD COLUMN version integer NOT NULL DEFAULT 1;

-- The audit log: each entry's hash covers the entry and the hash before it.
CREATE TABLE audit_log (
    organisation_id uuid NOT NULL REFERENCES organisations,
    number bigint NOT NULL CHECK (number > 0),
    at timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor_id text,
    request_id text,
    action text NOT NULL,
    object_kind text NOT NULL,
    object_id text,
    details jsonb NOT NULL,
    hash bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (organisation_id, number)
);
CREATE INDEX audit_log_object ON audit_log (organisation_id, object_id, number);

-- Where each chain ends, so that cutting its end shows.
CREATE TABLE audit_heads (
    organisation_id uuid PRIMARY KEY REFERENCES organisations,
    number bigint NOT NULL,
    hash bytea NOT NULL
);

CREATE FUNCTION current_text(name text) RETURNS text LANGUAGE sql STABLE
AS $$ SELECT nullif(current_setting('parley.' || name, true), '') $$;

-- The chain is locked last, when everything else of a transaction is locked: chaining cannot deadlock.
CREATE FUNCTION append_audit(organisation uuid, action text, object_kind text, object_id text, details jsonb)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    last record;
    this_number bigint;
    this_hash bytea;
    at timestamptz := clock_timestamp();
    actor_kind text := coalesce(current_text('actor_kind'), 'system');
    entry jsonb;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('audit'), hashtext(organisation::text));
    SELECT number, hash INTO last FROM audit_log WHERE organisation_id = organisation ORDER BY number DESC LIMIT 1;
    this_number := coalesce(last.number, 0) + 1;
    entry := jsonb_build_array(
        organisation, this_number, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        actor_kind, current_text('actor_id'), current_text('request_id'), action, object_kind, object_id, details);
    this_hash := sha256(coalesce(last.hash, decode(repeat('00', 32), 'hex')) || convert_to(entry::text, 'UTF8'));
    INSERT INTO audit_log VALUES (
        organisation, this_number, at, actor_kind, current_text('actor_id'), current_text('request_id'), action,
        object_kind, object_id, details, this_hash);
END $$;
REVOKE EXECUTE ON FUNCTION append_audit FROM PUBLIC;

-- Once a transaction, for its last entry.
CREATE FUNCTION note_audit_head() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NEW.number = (SELECT max(number) FROM audit_log WHERE organisation_id = NEW.organisation_id) THEN
        INSERT INTO audit_heads VALUES (NEW.organisation_id, NEW.number, NEW.hash)
        ON CONFLICT (organisation_id) DO UPDATE SET number = excluded.number, hash = excluded.hash;
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER head AFTER INSERT ON audit_log DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION note_audit_head();

-- What is no change of a row: who saw, and who exported.
CREATE FUNCTION audit(action text, object_kind text, object_id text, details jsonb)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public
AS $$ SELECT append_audit(current_organisation(), action, object_kind, object_id, details) $$;

-- Names of columns are kept, never what they hold; a state is no personal data.
CREATE FUNCTION audit_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    new_row jsonb := CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END;
    old_row jsonb := CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END;
    row jsonb := coalesce(new_row, old_row);
    changed jsonb;
    details jsonb := '{}';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_agg(key ORDER BY key) INTO changed FROM jsonb_each(new_row) AS n
        WHERE n.value IS DISTINCT FROM old_row -> n.key AND n.key NOT IN ('version', 'last_used_at');
        IF changed IS NULL THEN
            RETURN NULL;
        END IF;
        details := jsonb_build_object('changed', changed);
    END IF;
    IF row ? 'state' AND TG_OP <> 'DELETE' THEN
        details := details || jsonb_build_object('state', row -> 'state');
    END IF;
    PERFORM append_audit(
        (row ->> 'organisation_id')::uuid,
        TG_ARGV[0] || CASE TG_OP WHEN 'INSERT' THEN '.created' WHEN 'UPDATE' THEN '.changed' ELSE '.deleted' END,
        TG_ARGV[0], coalesce(row ->> 'id', row ->> TG_ARGV[1]), details);
    RETURN NULL;
END $$;

-- Has every change of a table's rows audited when its transaction commits. A row without an id is named by `named_by`.
CREATE FUNCTION audit_table(name regclass, thing text, named_by text DEFAULT '') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'CREATE CONSTRAINT TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON %s DEFERRABLE INITIALLY DEFERRED'
        ' FOR EACH ROW EXECUTE FUNCTION audit_change(%L, %L)', name, thing, named_by);
END $$;

DO $$
BEGIN
    PERFORM audit_table('positions', 'position');
    PERFORM audit_table('interviews', 'interview');
    PERFORM audit_table('candidates', 'candidate');
    PERFORM audit_table('sessions', 'session');
    PERFORM audit_table('reports', 'report');
    PERFORM audit_table('members', 'member');
    PERFORM audit_table('api_keys', 'api-key');
    PERFORM audit_table('position_managers', 'position-manager', 'position_id');
END $$;

-- A change of a row that has a version makes it the next version.
CREATE FUNCTION next_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;
CREATE TRIGGER versioned BEFORE UPDATE ON positions FOR EACH ROW EXECUTE FUNCTION next_version();
CREATE TRIGGER versioned BEFORE UPDATE ON candidates FOR EACH ROW EXECUTE FUNCTION next_version();
CREATE TRIGGER versioned BEFORE UPDATE ON members FOR EACH ROW EXECUTE FUNCTION next_version();

-- Within an organisation, two kinds of actor are bound further: a hiring manager to their positions
-- (parley.member_id) and a candidate to their session (parley.session_id). Restrictive policies hold beside the
-- organisation's. What a policy must know of other tables it asks functions of the owner, whom no policy binds.
CREATE FUNCTION current_member() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT current_text('member_id')::uuid $$;
CREATE FUNCTION current_session() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT current_text('session_id')::uuid $$;

CREATE FUNCTION is_own_position(position_id uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT EXISTS (SELECT FROM position_managers p
                     WHERE p.position_id = is_own_position.position_id AND p.member_id = current_member()) $$;
CREATE FUNCTION is_own_interview(interview_id uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT EXISTS (SELECT FROM interviews i
                     WHERE i.id = is_own_interview.interview_id AND is_own_position(i.position_id)) $$;
CREATE FUNCTION is_own_candidate(candidate_id uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT EXISTS (SELECT FROM sessions s
                     WHERE s.candidate_id = is_own_candidate.candidate_id AND is_own_interview(s.interview_id)) $$;
CREATE FUNCTION is_seen_session(session_id uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT (current_session() IS NULL OR session_id = current_session())
         AND (current_member() IS NULL
              OR EXISTS (SELECT FROM sessions s
                         WHERE s.id = is_seen_session.session_id AND is_own_interview(s.interview_id))) $$;
CREATE FUNCTION session_interview() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT interview_id FROM sessions WHERE id = current_session() $$;
CREATE FUNCTION session_position() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT position_id FROM interviews WHERE id = session_interview() $$;
CREATE FUNCTION session_candidate() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT candidate_id FROM sessions WHERE id = current_session() $$;

CREATE POLICY bound ON positions AS RESTRICTIVE TO parley_app USING (
    (current_member() IS NULL OR is_own_position(id)) AND (current_session() IS NULL OR id = session_position()));
CREATE POLICY bound ON interviews AS RESTRICTIVE TO parley_app USING (
    (current_member() IS NULL OR is_own_position(position_id)) AND (current_session() IS NULL OR id = session_interview()));
CREATE POLICY bound ON candidates AS RESTRICTIVE TO parley_app USING (
    (current_member() IS NULL OR is_own_candidate(id)) AND (current_session() IS NULL OR id = session_candidate()));
CREATE POLICY bound ON sessions AS RESTRICTIVE TO parley_app USING (
    (current_member() IS NULL OR is_own_interview(interview_id)) AND (current_session() IS NULL OR id = current_session()));
CREATE POLICY bound ON takes AS RESTRICTIVE TO parley_app USING (is_seen_session(session_id));
CREATE POLICY bound ON chunks AS RESTRICTIVE TO parley_app USING (EXISTS (SELECT FROM takes WHERE takes.id = take_id));
-- What Parley finds is for the enterprise; a candidate's call may record events, not read them.
CREATE POLICY bound ON reports AS RESTRICTIVE TO parley_app USING (current_session() IS NULL AND is_seen_session(session_id));
CREATE POLICY bound ON events AS RESTRICTIVE FOR SELECT TO parley_app
    USING (current_session() IS NULL AND is_seen_session(session_id));
CREATE POLICY bound ON api_keys AS RESTRICTIVE TO parley_app USING (current_session() IS NULL AND current_member() IS NULL);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['members', 'position_managers', 'idempotency_keys', 'audit_log'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY organisation ON %I TO parley_app USING (organisation_id = current_organisation())'
            ' WITH CHECK (organisation_id = current_organisation())', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['members', 'position_managers', 'audit_log'] LOOP
        EXECUTE format('CREATE POLICY bound ON %I AS RESTRICTIVE TO parley_app USING (current_session() IS NULL)', name);
    END LOOP;
END $$;
ALTER TABLE audit_heads ENABLE ROW LEVEL SECURITY; -- the functions above alone reach it

GRANT SELECT, INSERT, UPDATE ON members, api_keys, idempotency_keys TO parley_app;
GRANT SELECT, INSERT, DELETE ON position_managers TO parley_app;
GRANT SELECT ON audit_log TO parley_app;
