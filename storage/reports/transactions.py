"""Store a report exactly once, and read it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from storage.database import Connection, fetch_one
from storage.sessions.transactions import lock_session, move_session
from storage.sql import load_queries

_QUERIES = load_queries(__file__)


@dataclass(frozen=True)
class StoredReport:
    """One immutable version of a session's report; `document` is its JSON."""

    version: int
    document: dict[str, Any]
    created_at: datetime


async def store_report(connection: Connection, session_id: UUID, document: dict[str, Any]) -> bool:
    """Store a submitted session's report and mark the session reported, in this one transaction; whether it was stored.

    A session that has its report keeps the first: a job that ran twice changes nothing.
    """
    session = await lock_session(connection, session_id)
    if session.state != "submitted":
        return False
    await connection.execute(_QUERIES["insert_report"], {"session_id": session_id, "document": Jsonb(document)})
    await move_session(connection, session_id, "reported")
    return True


async def newest_report(connection: Connection, session_id: UUID) -> StoredReport | None:
    """The newest version of a session's report, or None."""
    row = await fetch_one(connection, _QUERIES["newest_report"], {"session_id": session_id})
    return StoredReport(**row) if row else None
