"""Record events and read them back in order."""

from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from storage.database import Connection, fetch_all
from storage.events.records import Event, EventKind
from storage.sql import load_queries

_QUERIES = load_queries(__file__)


async def record_event(connection: Connection, session_id: UUID, kind: EventKind, data: dict[str, Any]) -> None:
    """Record an event; listeners are told when the transaction commits.

    Events of a session commit in the order of their ids: a reader that has seen one has seen all before it.
    """
    await connection.execute(_QUERIES["lock_order"], {"session_id": session_id})
    await connection.execute(_QUERIES["insert_event"], {"session_id": session_id, "kind": kind, "data": Jsonb(data)})


async def events_after(connection: Connection, session_id: UUID, after: int) -> list[Event]:
    """The next events of a session after the one with that id, at most 500, in order."""
    rows = await fetch_all(connection, _QUERIES["events_after"], {"session_id": session_id, "after": after})
    return [Event.model_validate(row) for row in rows]
