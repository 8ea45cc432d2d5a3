-- Webhooks: what an enterprise's software is told of, where, and how each delivery went.
-- depends: 0005.access

CREATE TABLE webhook_endpoints (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organisation_id uuid NOT NULL REFERENCES organisations,
    url text NOT NULL,
    event_types text[] NOT NULL CHECK (cardinality(event_types) > 0),
    description text,
    disabled_reason text CHECK (disabled_reason IN ('by-hand', 'gone', 'failing')), -- none: it is enabled
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (organisation_id, id)
);

-- What signs. A rotated secret signs beside the new one until its end.
CREATE TABLE webhook_secrets (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organisation_id uuid NOT NULL REFERENCES organisations,
    endpoint_id uuid NOT NULL,
    secret bytea NOT NULL, -- encrypted
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ends_at timestamptz,
    FOREIGN KEY (organisation_id, endpoint_id) REFERENCES webhook_endpoints (organisation_id, id) ON DELETE CASCADE
);
CREATE INDEX webhook_secrets_of_endpoint ON webhook_secrets (endpoint_id);

-- What happened: ids and states, never personal data. Its id is the webhook-id of every delivery.
CREATE TABLE webhook_messages (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organisation_id uuid NOT NULL REFERENCES organisations,
    type text NOT NULL,
    data jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (organisation_id, id)
);
CREATE INDEX webhook_messages_age ON webhook_messages (created_at);
CREATE INDEX webhook_messages_newest ON webhook_messages (organisation_id, created_at, id);

CREATE TABLE webhook_deliveries (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organisation_id uuid NOT NULL REFERENCES organisations,
    message_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed', 'cancelled')),
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz CHECK ((state = 'pending') = (ended_at IS NULL)),
    UNIQUE (organisation_id, id),
    FOREIGN KEY (organisation_id, message_id) REFERENCES webhook_messages (organisation_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organisation_id, endpoint_id) REFERENCES webhook_endpoints (organisation_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX webhook_deliveries_one_pending ON webhook_deliveries (endpoint_id, message_id) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_newest ON webhook_deliveries (endpoint_id, created_at, id);
CREATE INDEX webhook_deliveries_of_message ON webhook_deliveries (message_id);

-- Tries of a delivery. One that has no duration has not ended, or its worker died: what came of it nobody knows.
CREATE TABLE webhook_attempts (
    organisation_id uuid NOT NULL REFERENCES organisations,
    delivery_id uuid NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    duration_ms integer CHECK (duration_ms >= 0),
    status integer,
    error text,
    PRIMARY KEY (delivery_id, number),
    FOREIGN KEY (organisation_id, delivery_id) REFERENCES webhook_deliveries (organisation_id, id) ON DELETE CASCADE
);

CREATE TRIGGER versioned BEFORE UPDATE ON webhook_endpoints FOR EACH ROW EXECUTE FUNCTION next_version();
DO $$
BEGIN
    PERFORM audit_table('webhook_endpoints', 'webhook');
    PERFORM audit_table('webhook_secrets', 'webhook-secret');
END $$;

-- Members bound to their positions, and candidates, see nothing of webhooks; what they do is announced all the same.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'webhook_endpoints', 'webhook_secrets', 'webhook_messages', 'webhook_deliveries', 'webhook_attempts'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY organisation ON %I TO parley_app USING (organisation_id = current_organisation())'
            ' WITH CHECK (organisation_id = current_organisation())', name);
        EXECUTE format(
            'CREATE POLICY bound ON %I AS RESTRICTIVE TO parley_app'
            ' USING (current_session() IS NULL AND current_member() IS NULL)', name);
    END LOOP;
END $$;

-- Stores a message for the organisation, with a delivery for each endpoint that wants it; the deliveries' ids.
CREATE FUNCTION announce_webhook(type text, data jsonb) RETURNS SETOF uuid
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    WITH message AS (
        INSERT INTO webhook_messages (organisation_id, type, data)
        VALUES (current_organisation(), announce_webhook.type, announce_webhook.data)
        RETURNING id
    )
    INSERT INTO webhook_deliveries (organisation_id, message_id, endpoint_id)
    SELECT endpoints.organisation_id, message.id, endpoints.id
    FROM message, webhook_endpoints endpoints
    WHERE endpoints.organisation_id = current_organisation()
        AND endpoints.disabled_reason IS NULL AND announce_webhook.type = ANY(endpoints.event_types)
    RETURNING id
$$;
REVOKE EXECUTE ON FUNCTION announce_webhook FROM PUBLIC;
GRANT EXECUTE ON FUNCTION announce_webhook TO parley_app;

GRANT SELECT, INSERT, DELETE, UPDATE (url, event_types, description, disabled_reason) ON webhook_endpoints TO parley_app;
GRANT SELECT, INSERT, DELETE, UPDATE (ends_at) ON webhook_secrets TO parley_app;
GRANT SELECT ON webhook_messages TO parley_app;
GRANT SELECT, INSERT, UPDATE (state, ended_at) ON webhook_deliveries TO parley_app;
GRANT SELECT, INSERT, UPDATE (duration_ms, status, error) ON webhook_attempts TO parley_app;
