-- The device check: how a candidate's camera, microphone and network were when they got ready.
-- depends: 0009.privacy

-- As the candidate's page reports it; the newest of a session counts.
CREATE TABLE device_checks (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    organisation_id uuid NOT NULL REFERENCES organisations,
    session_id uuid NOT NULL,
    latency_ms double precision CHECK (latency_ms >= 0), -- null: could not be measured
    upload_kbps double precision CHECK (upload_kbps >= 0),
    quality text NOT NULL CHECK (quality IN ('high', 'medium', 'low', 'audio')),
    camera text CHECK (camera IN (
        'good', 'no_face', 'several_faces', 'too_dark', 'too_bright', 'not_centred', 'too_far', 'too_close')),
    microphone text CHECK (microphone IN ('good', 'silent', 'unclear')),
    browser text NOT NULL CHECK (length(browser) <= 200),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    FOREIGN KEY (organisation_id, session_id) REFERENCES sessions (organisation_id, id) ON DELETE CASCADE
);
CREATE INDEX device_checks_of_session ON device_checks (session_id, id);

ALTER TABLE device_checks ENABLE ROW LEVEL SECURITY;
CREATE POLICY organisation ON device_checks TO parley_app USING (organisation_id = current_organisation())
    WITH CHECK (organisation_id = current_organisation());
CREATE POLICY bound ON device_checks AS RESTRICTIVE TO parley_app USING (is_seen_session(session_id));
GRANT SELECT, INSERT ON device_checks TO parley_app;

-- They go with the session's analysis.
CREATE FUNCTION erase_device_checks(session uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM check_erasing();
    DELETE FROM device_checks WHERE organisation_id = current_organisation() AND session_id = session;
END $$;
REVOKE EXECUTE ON FUNCTION erase_device_checks FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_device_checks TO parley_app;
