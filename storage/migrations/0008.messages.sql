-- Mail and SMS to candidates: an outbox. It holds no address: that is read when a message is sent.
-- depends: 0005.access 0006.hiring

CREATE TYPE message_state AS ENUM ('queued', 'sending', 'sent', 'failed', 'cancelled', 'unknown');

CREATE TABLE messages (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organisation_id uuid NOT NULL REFERENCES organisations,
    kind text NOT NULL CHECK (kind IN ('invitation', 'reminder', 'interview_done', 'result')),
    decision text CHECK (decision IN ('offer', 'next_round', 'rejected')), -- a person's
    channel text NOT NULL CHECK (channel IN ('mail', 'sms')),
    language text CHECK (language IN ('zh', 'en')), -- null: the candidate's own
    candidate_id uuid NOT NULL,
    session_id uuid,
    position_id uuid,
    link bytea,    -- encrypted; it holds the candidate's token, and is cleared once sent
    contact bytea, -- encrypted; whom the candidate may ask
    state message_state NOT NULL DEFAULT 'queued',
    reason text,   -- why it is not sent (yet)
    attempts integer NOT NULL DEFAULT 0,
    send_at timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    CHECK ((kind = 'result') = (decision IS NOT NULL)),
    CHECK (session_id IS NOT NULL OR kind = 'result' AND position_id IS NOT NULL),
    CHECK (state NOT IN ('failed', 'cancelled', 'unknown') OR reason IS NOT NULL),
    UNIQUE (organisation_id, id),
    FOREIGN KEY (organisation_id, candidate_id) REFERENCES candidates (organisation_id, id),
    FOREIGN KEY (organisation_id, session_id) REFERENCES sessions (organisation_id, id),
    FOREIGN KEY (organisation_id, position_id) REFERENCES positions (organisation_id, id)
);
CREATE INDEX messages_listed ON messages (organisation_id, created_at, id);
CREATE INDEX messages_of_candidate ON messages (candidate_id);
CREATE INDEX messages_of_session ON messages (session_id);
-- A session that is submitted again, after its processing failed, is told to be done only once.
CREATE UNIQUE INDEX messages_done_once ON messages (session_id, channel) WHERE kind = 'interview_done';

-- Nothing leads out of sent, and from unknown only a person sends again.
CREATE FUNCTION guard_message_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state, NEW.state) NOT IN (
        ('queued', 'sending'), ('queued', 'cancelled'), ('queued', 'failed'),
        ('sending', 'sent'), ('sending', 'failed'), ('sending', 'unknown'),
        ('sending', 'queued'), -- certainly not sent: tried again
        ('unknown', 'sent'), ('unknown', 'failed'), -- its sender was slow, not dead
        ('unknown', 'queued'), ('failed', 'queued') -- a person sends it again
    ) THEN
        RAISE EXCEPTION 'a message cannot go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER messages_guard BEFORE UPDATE OF state ON messages
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION guard_message_transition();

ALTER TABLE messages ENABLE ROW LEVEL SECURITY;
CREATE POLICY organisation ON messages TO parley_app USING (organisation_id = current_organisation())
    WITH CHECK (organisation_id = current_organisation());
CREATE POLICY bound ON messages AS RESTRICTIVE TO parley_app USING (
    CASE WHEN session_id IS NOT NULL THEN is_seen_session(session_id)
         ELSE current_session() IS NULL AND (current_member() IS NULL OR is_own_position(position_id)) END);
GRANT SELECT, INSERT ON messages TO parley_app;
GRANT UPDATE (state, reason, attempts, link, contact, sent_at) ON messages TO parley_app;
