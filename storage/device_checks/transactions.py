"""Whether a device may be checked now, and what its check reported."""

from uuid import UUID

from storage.consents.transactions import check_may_record, session_policy
from storage.database import Connection, fetch_known
from storage.device_checks.records import DeviceCheck, DeviceReport
from storage.errors import Conflict
from storage.sessions.records import Session
from storage.sessions.transactions import check_open, get_session
from storage.sql import load_queries

_QUERIES = load_queries(__file__)


async def open_session(connection: Connection, session_id: UUID) -> Session:
    """The session, where it still goes on; raises NotFound, or Conflict."""
    session = await get_session(connection, session_id)
    check_open(session, "no device is checked any more")
    return session


async def check_may_look(connection: Connection, session_id: UUID) -> Session:
    """The session, where AI may look at and listen to its candidate.

    Raises NotFound, or Conflict where the session is over, nothing may be recorded yet, or the candidate declined AI.
    """
    session = await open_session(connection, session_id)
    await check_may_record(connection, session)
    if not (await session_policy(connection, session)).ai_analysis:
        raise Conflict(
            "analysis-declined", "The candidate declined AI: it neither looks at their camera nor listens to them."
        )
    return session


async def store_report(connection: Connection, session_id: UUID, report: DeviceReport) -> None:
    """Store what a device check reported; the newest counts. Raises NotFound, or Conflict where the session is over."""
    await open_session(connection, session_id)
    await connection.execute(_QUERIES["insert_report"], {"session_id": session_id, **report.model_dump()})


async def newest_report(connection: Connection, session_id: UUID) -> DeviceCheck:
    """What the newest device check of a session reported; raises NotFound."""
    await get_session(connection, session_id)
    row = await fetch_known(connection, _QUERIES["newest_report"], {"session_id": session_id}, "device-check")
    return DeviceCheck.model_validate(row)
