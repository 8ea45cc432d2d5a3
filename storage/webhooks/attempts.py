"""The sender's side of a delivery: each attempt is recorded before it is made, and what came of it afterwards."""

from dataclasses import dataclass, field
from uuid import UUID

from storage.database import Connection, fetch_one
from storage.errors import NotFound
from storage.sql import load_queries
from storage.webhooks.records import ErrorClass, WebhookMessage
from storage.webhooks.transactions import disable_endpoint, lock_endpoint, signing_secrets

_QUERIES = load_queries(__file__)

# An attempt without an end is still being made, until it is older than any attempt can be: then its worker has died.
_UNDERWAY_S = 30.0


@dataclass(frozen=True)
class Begun:
    """An attempt that is recorded and now to be made: what to send where, signed with each of the secrets.

    Neither the URL, which may hold a token of the receiver's, nor the secrets are in its repr, which logs may show.
    """

    delivery_id: UUID
    endpoint_id: UUID
    number: int
    url: str = field(repr=False)
    secrets: list[str] = field(repr=False)
    message: WebhookMessage


@dataclass(frozen=True)
class Underway:
    """Another worker makes an attempt of this delivery; it ends within so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt: `error` is None where the endpoint took the message, `status` what it answered."""

    duration_ms: int
    status: int | None
    error: ErrorClass | None

    @property
    def is_gone(self) -> bool:
        """Whether the endpoint wants nothing more."""
        return self.status == 410


async def begin_attempt(connection: Connection, delivery_id: UUID) -> Begun | Underway | None:
    """Record that an attempt is made; None where there is nothing to do: it is delivered, cancelled or deleted.

    Raises Unavailable where the secrets cannot be decrypted.
    """
    row = await fetch_one(connection, _QUERIES["lock_delivery"], {"id": delivery_id})
    if row is None or row["state"] != "pending":
        return None
    last = await fetch_one(connection, _QUERIES["last_attempt"], {"id": delivery_id})
    if last is not None and not last["ended"] and last["age_s"] < _UNDERWAY_S:
        return Underway(_UNDERWAY_S - last["age_s"])
    number = 1 if last is None else last["number"] + 1
    await connection.execute(_QUERIES["begin_attempt"], {"id": delivery_id, "number": number})
    return Begun(
        delivery_id,
        row["endpoint_id"],
        number,
        row["url"],
        await signing_secrets(connection, row["endpoint_id"]),
        WebhookMessage(id=row["message_id"], type=row["type"], data=row["data"], created_at=row["created_at"]),
    )


async def end_attempt(connection: Connection, begun: Begun, outcome: Outcome) -> None:
    """Record what came of an attempt. An endpoint that is gone is disabled."""
    ended = {"id": begun.delivery_id, "number": begun.number}
    if outcome.is_gone and await _endpoint_is_locked(connection, begun.delivery_id):
        await connection.execute(_QUERIES["end_delivery"], {"id": begun.delivery_id, "state": "failed"})
        await disable_endpoint(connection, begun.endpoint_id, "gone")
    elif outcome.error is None:
        await connection.execute(_QUERIES["end_delivery"], {"id": begun.delivery_id, "state": "delivered"})
    await connection.execute(
        _QUERIES["end_attempt"],
        {**ended, "duration_ms": outcome.duration_ms, "status": outcome.status, "error": outcome.error},
    )


async def give_up_delivery(connection: Connection, delivery_id: UUID) -> None:
    """Mark a delivery failed once its attempts are spent.

    An endpoint that has taken no other message since this one was announced, days ago, is disabled as failing: Standard
    Webhooks suggests it of endpoints that fail consistently. One that takes others stays enabled.
    """
    if not await _endpoint_is_locked(connection, delivery_id):
        return
    row = await fetch_one(connection, _QUERIES["lock_delivery"], {"id": delivery_id})
    if row is None or row["state"] != "pending":
        return
    failing = await fetch_one(connection, _QUERIES["is_failing"], {"id": delivery_id})
    await connection.execute(_QUERIES["end_delivery"], {"id": delivery_id, "state": "failed"})
    if failing is not None and failing["failing"]:
        await disable_endpoint(connection, row["endpoint_id"], "failing")


async def _endpoint_is_locked(connection: Connection, delivery_id: UUID) -> bool:
    """Lock the endpoint of a delivery, before the delivery itself; False where it was deleted."""
    row = await fetch_one(connection, _QUERIES["delivery_endpoint"], {"id": delivery_id})
    if row is None:
        return False
    try:
        await lock_endpoint(connection, row["endpoint_id"])
    except NotFound:
        return False
    return True
