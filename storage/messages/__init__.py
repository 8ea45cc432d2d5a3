"""Messages to candidates: an outbox, written in the transaction of what happened and sent by durable jobs."""
