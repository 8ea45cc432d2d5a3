-- What happens in a session, in order: shown live, and replayed from any event on.
CREATE TABLE events (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    organisation_id uuid NOT NULL REFERENCES organisations,
    session_id uuid NOT NULL,
    kind text NOT NULL,
    data jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (organisation_id, session_id) REFERENCES sessions (organisation_id, id)
);
CREATE INDEX events_of_session ON events (session_id, id);

ALTER TABLE events ENABLE ROW LEVEL SECURITY;
CREATE POLICY organisation ON events TO parley_app USING (organisation_id = current_organisation())
    WITH CHECK (organisation_id = current_organisation());
GRANT SELECT, INSERT ON events TO parley_app;

-- Listeners learn the session alone: what happened they read under their own organisation.
CREATE FUNCTION notify_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('parley_events', NEW.session_id::text);
    RETURN NULL;
END $$;
CREATE TRIGGER events_notify AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION notify_event();
