"""What is sent verifies with the Standard Webhooks library."""

import base64
import json
import os
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from serving.delivery.webhook_signing import message_body, signed_headers
from storage.webhooks.records import WebhookMessage

pytestmark = pytest.mark.unit

SESSION = UUID("a1899178-274e-42cf-91e3-ca6bb3b461cf")
MESSAGE = WebhookMessage(
    id=uuid4(),
    type="session.submitted",
    data={"session_id": SESSION, "state": "submitted", "report_version": 2, "interview_id": None},
    created_at=datetime(2027, 3, 1, 9, 30, tzinfo=timezone(timedelta(hours=8))),
)


def new_secret() -> str:
    return "whsec_" + base64.b64encode(os.urandom(32)).decode()


def test_the_body_has_type_utc_time_and_data() -> None:
    assert json.loads(message_body(MESSAGE)) == {
        "type": "session.submitted",
        "timestamp": "2027-03-01T01:30:00.000000Z",
        "data": {"session_id": str(SESSION), "state": "submitted", "report_version": 2, "interview_id": None},
    }


def test_each_secret_verifies_and_no_other() -> None:
    new, old = new_secret(), new_secret()
    body = message_body(MESSAGE)
    headers = signed_headers(MESSAGE, body, [new, old], datetime.now(timezone(timedelta(hours=-5))))
    assert headers["webhook-id"] == str(MESSAGE.id)
    for secret in (new, old):
        assert Webhook(secret).verify(body, headers) == json.loads(body)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new).verify(body + " ", headers)


def test_a_replayed_request_is_too_old_to_verify() -> None:
    secret, body = new_secret(), message_body(MESSAGE)
    with pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(secret).verify(body, signed_headers(MESSAGE, body, [secret], datetime.now(UTC) - timedelta(minutes=6)))
