"""Tell those who wait for a report that it is late."""

from storage.database import Database, fetch_all, fetch_one
from storage.events.transactions import record_event
from storage.sessions.transactions import lock_session
from storage.sql import load_queries

_QUERIES = load_queries(__file__)


async def tell_late_reports(database: Database, after_s: float) -> None:
    """Record a delay for each session that was submitted more than `after_s` ago and still waits; once for each."""
    async with database.operator() as connection:
        late = await fetch_all(connection, _QUERIES["late"], {"after_s": after_s})
    for row in late:
        async with database.transaction(row["organisation_id"]) as connection:
            session = await lock_session(connection, row["id"])
            told = await fetch_one(connection, _QUERIES["told"], {"id": session.id})
            if session.state == "submitted" and told is None:
                await record_event(connection, session.id, "delay", {"reason": "report-waits"})
