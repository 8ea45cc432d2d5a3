"""Who may record now: the device that the candidate sits at, while their time lasts."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from storage.database import Connection, fetch_one
from storage.errors import Conflict
from storage.sql import load_queries
from storage.takes.records import Take

_QUERIES = load_queries(__file__)

# What was recorded in time may arrive this much later: a network may be gone for minutes.
ARRIVAL_GRACE_S = 900.0


async def check_seat(connection: Connection, session_id: UUID, device_id: str | None) -> None:
    """Raise Conflict where the session goes on at another device."""
    row = await fetch_one(connection, _QUERIES["seat"], {"session_id": session_id})
    seat = None if row is None else row["device_id"]
    if device_id is not None and seat is not None and device_id != seat:
        raise Conflict("device-replaced", "You went on with this interview on another device.")


async def check_time(connection: Connection, session_id: UUID) -> None:
    """Raise Conflict where the candidate's own time is over."""
    row = await fetch_one(connection, _QUERIES["time"], {"session_id": session_id})
    if row is not None and row["is_over"]:
        raise Conflict("time-over", "The time for this interview is over.")


def check_in_time(take: Take) -> None:
    """Raise Conflict where nothing of a take can still be on its way."""
    if take.deadline_at is not None and datetime.now(UTC) > take.deadline_at + timedelta(seconds=ARRIVAL_GRACE_S):
        raise Conflict("take-over", "The time of this answer is over, and so is the time for what comes late.")
