"""Keep what a candidate's page noticed, and tell whoever watches."""

from typing import Any
from uuid import UUID

from storage.consents.transactions import check_may_record, session_policy
from storage.database import Connection, fetch_all, fetch_one
from storage.errors import NotFound
from storage.events.transactions import record_event
from storage.interviews.transactions import get_interview
from storage.sessions.transactions import check_open, lock_session
from storage.signals.records import MAX_PER_SESSION, NewSignal, NewSignals, Signal, StoredSignals
from storage.sql import load_queries

_QUERIES = load_queries(__file__)


async def store_signals(connection: Connection, session_id: UUID, new: NewSignals) -> StoredSignals:
    """Keep signals, as far as a session's most is not reached; what is beyond it is dropped.

    Raises NotFound for a take or question that the session does not have, or Conflict where the session is over or
    nothing may be recorded yet.
    """
    session = await lock_session(connection, session_id)
    check_open(session, "nothing more is noted of it")
    await check_may_record(connection, session)
    numbers = await _questions_of_takes(connection, session_id, [item.take_id for item in new.items if item.take_id])
    questions = len((await get_interview(connection, session.interview_id)).questions)
    if any((item.question_number or 1) > questions for item in new.items):
        raise NotFound("question")
    # Nobody looks at them where no analysis is wanted.
    if not (await session_policy(connection, session)).ai_analysis:
        return StoredSignals(stored=0)
    counted = await fetch_one(connection, _QUERIES["count"], {"session_id": session_id})
    assert counted is not None  # an aggregate always returns its row
    kept = new.items[: max(0, MAX_PER_SESSION - counted["stored"])]
    for item in kept:
        number = numbers[item.take_id] if item.take_id else item.question_number
        values = item.model_dump() | {"question_number": number}
        await connection.execute(_QUERIES["insert"], values | {"session_id": session_id})
        await record_event(connection, session_id, "observation", _told(item, number))
    return StoredSignals(stored=len(kept))


async def list_signals(connection: Connection, session_id: UUID) -> list[Signal]:
    """A session's signals, in the order in which they came."""
    rows = await fetch_all(connection, _QUERIES["signals"], {"session_id": session_id})
    return [Signal.model_validate(row) for row in rows]


async def _questions_of_takes(connection: Connection, session_id: UUID, take_ids: list[UUID]) -> dict[UUID, int]:
    found = await fetch_all(connection, _QUERIES["takes"], {"session_id": session_id, "take_ids": take_ids})
    numbers = {row["id"]: row["question_number"] for row in found}
    if set(take_ids) - set(numbers):
        raise NotFound("take")
    return numbers


def _told(item: NewSignal, question_number: int | None) -> dict[str, Any]:
    """As an observation is told; its label says that the page tells it."""
    return {
        "take_id": str(item.take_id) if item.take_id else None,
        "question_number": question_number,
        "observation": {
            "kind": item.kind,
            "start": item.start_s,
            "end": item.end_s,
            "value": item.detail,
            "label": "page",
            "confidence": 1.0,
        },
    }
