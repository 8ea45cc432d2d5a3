"""A message as it is sent: its body, and the headers that prove whose it is (Standard Webhooks)."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook

from storage.webhooks.records import WebhookMessage


def message_body(message: WebhookMessage) -> str:
    """The JSON that is sent, the same each time: type, timestamp of what happened (RFC 3339, UTC), and data."""
    timestamp = message.created_at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    data = message.model_dump(mode="json", include={"data"})
    return json.dumps({"type": message.type, "timestamp": timestamp, **data}, separators=(",", ":"))


def signed_headers(message: WebhookMessage, body: str, secrets: Sequence[str], at: datetime) -> dict[str, str]:
    """The headers of an attempt at that time (aware), with one signature for each `whsec_` secret."""
    at = at.astimezone(UTC)
    return {
        "Content-Type": "application/json",
        "webhook-id": str(message.id),
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(str(message.id), at, body) for secret in secrets),
    }
