-- Who sits an interview: one-time codes, comparisons of faces, and the messages that bring the codes.
-- depends: 0009.privacy

ALTER TABLE policies ADD COLUMN one_time_code text CHECK (one_time_code IN ('off', 'required'));

-- A code itself is never stored here: of six digits, any hash without a key would be guessed in no time.
CREATE TABLE identity_codes (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations,
    session_id uuid NOT NULL,
    channel text NOT NULL CHECK (channel IN ('mail', 'sms')),
    code_hash bytea NOT NULL CHECK (length(code_hash) = 32), -- keyed with a key that the database does not hold
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts BETWEEN 0 AND 5), -- wrong ones
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
    used_at timestamptz,
    FOREIGN KEY (organisation_id, session_id) REFERENCES sessions (organisation_id, id) ON DELETE CASCADE
);
CREATE INDEX identity_codes_of_session ON identity_codes (session_id, created_at);

-- What a comparison of faces said: neither pictures nor vectors.
CREATE TABLE identity_checks (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organisation_id uuid NOT NULL REFERENCES organisations,
    session_id uuid NOT NULL,
    reference text NOT NULL CHECK (reference IN ('document', 'photo')), -- what the live face was compared with
    verdict text NOT NULL CHECK (verdict IN ('match', 'no_match', 'unsure')),
    reason text NOT NULL,
    model text NOT NULL, -- engine and version
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    FOREIGN KEY (organisation_id, session_id) REFERENCES sessions (organisation_id, id) ON DELETE CASCADE
);
CREATE INDEX identity_checks_of_session ON identity_checks (session_id, created_at);

ALTER TABLE messages
    DROP CONSTRAINT messages_kind_check,
    ADD CONSTRAINT messages_kind_check
        CHECK (kind IN ('invitation', 'reminder', 'interview_done', 'result', 'identity_code')),
    ADD COLUMN code bytea, -- encrypted, and cleared once it is sent or holds no longer
    ADD CONSTRAINT messages_code_check CHECK (code IS NULL OR kind = 'identity_code');
GRANT UPDATE (code) ON messages TO parley_app;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['identity_codes', 'identity_checks'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY organisation ON %I TO parley_app USING (organisation_id = current_organisation())'
            ' WITH CHECK (organisation_id = current_organisation())', name);
        EXECUTE format('CREATE POLICY bound ON %I AS RESTRICTIVE TO parley_app USING (is_seen_session(session_id))', name);
    END LOOP;
    PERFORM audit_table('identity_codes', 'identity-code');
    PERFORM audit_table('identity_checks', 'identity-check');
END $$;
GRANT SELECT, INSERT, UPDATE (attempts, used_at) ON identity_codes TO parley_app;
GRANT SELECT, INSERT ON identity_checks TO parley_app;

-- Codes and verdicts go with what was found of a session.
CREATE FUNCTION erase_identity(session uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM check_erasing();
    DELETE FROM identity_codes WHERE organisation_id = current_organisation() AND session_id = session;
    DELETE FROM identity_checks WHERE organisation_id = current_organisation() AND session_id = session;
END $$;
REVOKE EXECUTE ON FUNCTION erase_identity FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_identity TO parley_app;
