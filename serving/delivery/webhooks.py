"""Deliver webhooks: durable jobs that send each message at least once, for days, always under the same webhook-id."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import structlog

from serving.delivery.webhook_post import Poster
from serving.delivery.webhook_signing import message_body, signed_headers
from storage.database import Database
from storage.errors import Unavailable
from storage.jobs.worker import Task
from storage.webhooks.attempts import Begun, Underway, begin_attempt, end_attempt, give_up_delivery
from storage.webhooks.messages import DELIVER_WEBHOOK

_log = structlog.get_logger()

# How often a delivery that another worker is sending is looked at.
_LOOK_AGAIN_S = 0.5


class WebhookDelivery:
    """Does the jobs of DELIVER_WEBHOOK: `deliver` runs one, `give_up` ends one whose attempts are spent.

    A delivery whose worker dies between sending and recording it is sent again: receivers tell by the webhook-id.
    """

    def __init__(self, database: Database, poster: Poster) -> None:
        self._database = database
        self._poster = poster

    def task(self) -> Task:
        """How a JobWorker delivers webhooks."""
        return Task(DELIVER_WEBHOOK, self.deliver, self.give_up)

    async def deliver(self, organisation_id: UUID, delivery_id: UUID) -> None:
        """Make one attempt of a delivery that waits; of any other nothing is sent.

        Raises Unavailable where the endpoint did not take it and it is to be tried again.
        """
        begun = await self._begin(organisation_id, delivery_id)
        if begun is None:
            return
        body = message_body(begun.message)
        headers = signed_headers(begun.message, body, begun.secrets, datetime.now(UTC))
        outcome = await self._poster.post(begun.url, headers, body)
        async with self._database.transaction(organisation_id) as connection:
            await end_attempt(connection, begun, outcome)
        _log.info(
            "webhook attempted",
            id=str(delivery_id),
            attempt=begun.number,
            status=outcome.status,
            error=outcome.error,
            duration_ms=outcome.duration_ms,
        )
        if outcome.error is not None and not outcome.is_gone:
            raise Unavailable("webhook-not-delivered", "The webhook endpoint did not take the message.")

    async def give_up(self, organisation_id: UUID, delivery_id: UUID, reason: str) -> None:
        """Mark a delivery failed; its endpoint is disabled where it has taken nothing meanwhile."""
        async with self._database.transaction(organisation_id) as connection:
            await give_up_delivery(connection, delivery_id)
        _log.warning("webhook given up", id=str(delivery_id), reason=reason)

    async def _begin(self, organisation_id: UUID, delivery_id: UUID) -> Begun | None:
        while True:
            async with self._database.transaction(organisation_id) as connection:
                begun = await begin_attempt(connection, delivery_id)
            if not isinstance(begun, Underway):
                return begun
            await asyncio.sleep(min(begun.seconds, _LOOK_AGAIN_S))
