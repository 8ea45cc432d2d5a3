"""Announce what happened, and look at what became of it."""

from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb
from pydantic import TypeAdapter

from storage.database import Connection, fetch_all, fetch_known, fetch_one
from storage.errors import Conflict
from storage.jobs.queue import JobKind, queue_job
from storage.paging import Page, fetch_page
from storage.sql import load_queries
from storage.webhooks.records import (
    Delivery,
    DeliveryQuery,
    EventType,
    WebhookMessage,
    WebhookMessageData,
    WebhookMessageQuery,
)
from storage.webhooks.transactions import cancel_pending, get_endpoint, lock_endpoint

_QUERIES = load_queries(__file__)
_DATA = TypeAdapter(WebhookMessageData)

# Over three days, as Standard Webhooks suggests: at once, after 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 hours.
DELIVER_WEBHOOK = JobKind(
    "deliver_webhook", "deliveries", "delivery", (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)


async def announce(
    connection: Connection, organisation_id: UUID, type: EventType, data: dict[str, UUID | int | str | None]
) -> None:
    """Store what happened and queue its delivery to each enabled endpoint that wants this type of event.

    Within the transaction of what happened, whoever acts in it. `data` holds ids and states, never personal data:
    whoever receives it asks the API for the rest. Raises ValueError where a value is neither an id, a number, nor a
    word of lower-case letters, digits, - and _.
    """
    sent = _DATA.dump_python(_DATA.validate_python(data), mode="json")
    for row in await fetch_all(connection, _QUERIES["announce"], {"type": type, "data": Jsonb(sent)}):
        await queue_job(connection, DELIVER_WEBHOOK, organisation_id, row["id"])


async def replay(connection: Connection, organisation_id: UUID, endpoint_id: UUID, message_id: UUID) -> Delivery:
    """Send a message to an endpoint anew, under the same webhook-id, whatever became of it before.

    A delivery of it that still waits is cancelled. Raises NotFound, or Conflict where the endpoint is disabled.
    """
    endpoint = await lock_endpoint(connection, endpoint_id)
    if not endpoint.enabled:
        raise Conflict("webhook-disabled", "The webhook endpoint is disabled: enable it first.")
    await get_message(connection, message_id)
    await cancel_pending(connection, endpoint_id, message_id)
    row = await fetch_one(
        connection, _QUERIES["insert_delivery"], {"endpoint_id": endpoint_id, "message_id": message_id}
    )
    assert row is not None  # the statement always returns its row
    await queue_job(connection, DELIVER_WEBHOOK, organisation_id, row["id"])
    return await get_delivery(connection, row["id"])


async def get_message(connection: Connection, message_id: UUID) -> WebhookMessage:
    """One message; raises NotFound."""
    row = await fetch_known(connection, _QUERIES["message"], {"id": message_id}, "webhook-message")
    return WebhookMessage.model_validate(row)


async def list_messages(connection: Connection, query: WebhookMessageQuery) -> Page[WebhookMessage]:
    """What was announced."""
    return await fetch_page(connection, _QUERIES["messages"], query.model_dump(), WebhookMessage, query, query.sort)


async def get_delivery(connection: Connection, delivery_id: UUID) -> Delivery:
    """One delivery with its attempts; raises NotFound."""
    row = await fetch_known(connection, _QUERIES["delivery"], {"id": delivery_id}, "webhook-delivery")
    return Delivery.model_validate(row)


async def list_deliveries(connection: Connection, endpoint_id: UUID, query: DeliveryQuery) -> Page[Delivery]:
    """An endpoint's deliveries with their attempts; raises NotFound."""
    await get_endpoint(connection, endpoint_id)
    arguments = query.model_dump() | {"endpoint_id": endpoint_id}
    return await fetch_page(connection, _QUERIES["deliveries"], arguments, Delivery, query, query.sort)


async def forget_messages(connection: Connection, before: datetime) -> int:
    """Delete the messages from before that moment, with their deliveries, unless one still waits; how many.

    The connection is the operator's: it is done for all organisations.
    """
    return (await connection.execute(_QUERIES["forget_messages"], {"before": before})).rowcount
