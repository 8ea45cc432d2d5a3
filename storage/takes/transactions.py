"""Start a take, store it, and find which take is the answer."""

from datetime import UTC, datetime
from uuid import UUID

from storage.database import Connection, fetch_all, fetch_one
from storage.errors import Conflict, Invalid, NotFound
from storage.interviews.transactions import get_interview
from storage.media.records import NewRecording
from storage.sessions.records import OPEN_STATES
from storage.sessions.transactions import lock_session, move_session
from storage.sql import load_queries
from storage.takes.records import Take

_QUERIES = load_queries(__file__)


async def start_take(connection: Connection, session_id: UUID, question_number: int, new: NewRecording) -> Take:
    """Begin a take of an answer; an unfinished one before it is abandoned.

    Raises NotFound, or Conflict where the session is over, the interview's window is closed or no take is left.
    """
    session = await lock_session(connection, session_id)
    if session.state not in OPEN_STATES:
        raise Conflict(f"session-{session.state}", f"The session is {session.state}: it takes no more recordings.")
    interview = await get_interview(connection, session.interview_id)
    if not interview.opens_at <= datetime.now(UTC) < interview.closes_at:
        raise Conflict(
            "interview-closed", f"The interview is open from {interview.opens_at} to {interview.closes_at} only."
        )
    if not 1 <= question_number <= len(interview.questions):
        raise NotFound("question")
    answer = {"session_id": session_id, "question_number": question_number}
    await connection.execute(_QUERIES["abandon_unfinished"], answer)
    counts = await fetch_one(connection, _QUERIES["counts"], answer)
    assert counts is not None  # an aggregate always returns its row
    if counts["stored"] >= interview.takes_allowed:
        raise Conflict("no-takes-left", f"This answer has its {interview.takes_allowed} takes already.")
    row = await fetch_one(
        connection,
        _QUERIES["insert_take"],
        {
            **answer,
            **new.model_dump(),
            "sha256": bytes.fromhex(new.sha256),
            "interview_id": session.interview_id,
            "number": counts["started"] + 1,
        },
    )
    if session.state != "answering":
        await move_session(connection, session_id, "answering")
    return Take.model_validate(row)


async def get_take(connection: Connection, take_id: UUID) -> Take:
    """One take; raises NotFound."""
    row = await fetch_one(connection, _QUERIES["take"], {"id": take_id})
    if row is None:
        raise NotFound("take")
    return Take.model_validate(row)


def check_announced(take: Take, size: int, sha256: str) -> None:
    """Raise Invalid where a completion names other bytes than the take announced, Conflict where it was abandoned."""
    if take.state == "abandoned":
        raise Conflict("take-abandoned", "A newer take replaced this one.")
    if size != take.size:
        raise Invalid("size-mismatch", f"{take.size} bytes were announced, but {size} are said to be sent.", "/size")
    if sha256 != take.sha256:
        raise Invalid("sha256-mismatch", "This is not the SHA-256 that was announced.", "/sha256")


async def store_take(connection: Connection, take_id: UUID) -> Take:
    """Acknowledge a take whose bytes are checked; again and again gives the same. Raises NotFound or Conflict."""
    take = await get_take(connection, take_id)
    session = await lock_session(connection, take.session_id)
    row = await fetch_one(connection, _QUERIES["store_take"], {"id": take_id})
    if row is None:
        take = await get_take(connection, take_id)
        if take.state == "abandoned":
            raise Conflict("take-abandoned", "A newer take or the submission replaced this one.")
        return take
    if session.state not in OPEN_STATES:
        raise Conflict(f"session-{session.state}", f"The session is {session.state}: it takes no more recordings.")
    return Take.model_validate(row)


async def list_answers(connection: Connection, session_id: UUID) -> list[Take]:
    """The take that is the answer to each question, by question number; unanswered questions have none."""
    return [
        Take.model_validate(row) for row in await fetch_all(connection, _QUERIES["answers"], {"session_id": session_id})
    ]
