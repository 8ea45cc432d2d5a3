"""Request an erasure, look at it, and note whose material a step was computed from."""

from uuid import UUID

from psycopg.types.json import Jsonb

from storage.candidates.transactions import get_candidate
from storage.database import Connection, fetch_all, fetch_known, fetch_one
from storage.jobs.queue import JobKind, queue_job
from storage.paging import Page, fetch_page
from storage.retention.records import DecisionRecord, Erasure, ErasureQuery, decision_record
from storage.sessions.transactions import get_session, withdraw_session
from storage.sql import load_queries

_QUERIES = load_queries(__file__)

# Over three days: a media store that is down for a weekend's maintenance is waited for.
ERASE_CANDIDATE = JobKind(
    "erase_candidate", "erasures", "erasure", (5, 30, 300, 1_800, 7_200, 18_000, 36_000, 86_400, 86_400)
)


async def request_erasure(connection: Connection, candidate_id: UUID) -> tuple[Erasure, list[UUID]]:
    """Have all that is held about a candidate deleted; what is open of theirs is withdrawn: the ids of those sessions.

    What was requested and is not done is queued again. Raises NotFound.
    """
    await get_candidate(connection, candidate_id)
    named = {"candidate_id": candidate_id}
    sessions = [row["id"] for row in await fetch_all(connection, _QUERIES["open_sessions"], named)]
    for session_id in sessions:
        await withdraw_session(connection, session_id)
    await connection.execute(_QUERIES["revoke_invitations"], named)
    await connection.execute(_QUERIES["cancel_messages"], named)
    await connection.execute(_QUERIES["insert_erasure"], named)
    erasure = Erasure.model_validate(await fetch_one(connection, _QUERIES["requested_erasure"], named))
    await queue_job(connection, ERASE_CANDIDATE, connection.organisation_id, erasure.id)
    return erasure, sessions


async def get_erasure(connection: Connection, erasure_id: UUID) -> Erasure:
    """One erasure; raises NotFound."""
    row = await fetch_known(connection, _QUERIES["erasure"], {"id": erasure_id}, "erasure")
    return Erasure.model_validate(row)


async def list_erasures(connection: Connection, query: ErasureQuery) -> Page[Erasure]:
    """The organisation's erasures."""
    return await fetch_page(connection, _QUERIES["erasures"], query.model_dump(), Erasure, query, query.sort)


async def hold_step(connection: Connection, session_id: UUID, key: bytes) -> None:
    """Note that a step was computed from, or serves, a session: it goes when the session's analysis does."""
    await connection.execute(_QUERIES["hold_step"], {"session_id": session_id, "key": key})


async def keep_record(connection: Connection, session_id: UUID) -> None:
    """Keep what the newest report advised, without what was said; where it is kept already, that stays."""
    report = await fetch_one(connection, _QUERIES["newest_report"], {"session_id": session_id})
    record = None if report is None else decision_record(report["document"])
    if record is not None:
        document = Jsonb(record.model_dump(mode="json"))
        await connection.execute(_QUERIES["keep_record"], {"session_id": session_id, "document": document})


async def get_record(connection: Connection, session_id: UUID) -> DecisionRecord:
    """What is kept of a session whose analysis is erased; raises NotFound."""
    await get_session(connection, session_id)
    row = await fetch_known(connection, _QUERIES["record"], {"session_id": session_id}, "decision-record")
    return DecisionRecord.model_validate(row["document"])
