-- A candidate may withdraw until there is a report.
CREATE OR REPLACE FUNCTION guard_session_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state, NEW.state) NOT IN (
        ('invited', 'opened'), ('opened', 'verified'), ('opened', 'ready'), ('verified', 'ready'), ('ready', 'answering'),
        ('invited', 'answering'), -- recordings that an enterprise uploads need no candidate page
        ('answering', 'submitted'), ('submitted', 'reported'),
        ('submitted', 'attention'), ('attention', 'submitted'),
        ('invited', 'expired'), ('opened', 'expired'), ('verified', 'expired'), ('ready', 'expired'), ('answering', 'expired'),
        ('invited', 'withdrawn'), ('opened', 'withdrawn'), ('verified', 'withdrawn'), ('ready', 'withdrawn'),
        ('answering', 'withdrawn'), ('submitted', 'withdrawn'), ('attention', 'withdrawn')
    ) THEN
        RAISE EXCEPTION 'a session cannot go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

-- How fast the answers of reported sessions were spoken: what is usual for a position.
CREATE TABLE paces (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    organisation_id uuid NOT NULL REFERENCES organisations,
    session_id uuid NOT NULL,
    position_id uuid NOT NULL,
    language text NOT NULL CHECK (language IN ('zh', 'en')),
    pace double precision NOT NULL CHECK (pace >= 0), -- words a minute, in Chinese 字
    FOREIGN KEY (organisation_id, session_id) REFERENCES sessions (organisation_id, id),
    FOREIGN KEY (organisation_id, position_id) REFERENCES positions (organisation_id, id)
);
CREATE INDEX paces_of_position ON paces (position_id, language, id);

ALTER TABLE paces ENABLE ROW LEVEL SECURITY;
CREATE POLICY organisation ON paces TO parley_app USING (organisation_id = current_organisation())
    WITH CHECK (organisation_id = current_organisation());
GRANT SELECT, INSERT ON paces TO parley_app;

CREATE INDEX sessions_submitted ON sessions (submitted_at) WHERE state = 'submitted';
