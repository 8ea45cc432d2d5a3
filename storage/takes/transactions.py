"""Start a take, finish it, and find which take is the answer."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from storage.consents.transactions import check_may_record
from storage.database import Connection, fetch_all, fetch_known, fetch_one
from storage.errors import Conflict, NotFound
from storage.events.transactions import record_event
from storage.interviews.transactions import get_interview
from storage.media.records import RecordingType
from storage.sessions.records import OPEN_STATES
from storage.sessions.transactions import get_session, lock_session, move_session
from storage.sql import load_queries
from storage.takes.chunks import list_chunks
from storage.takes.records import Answer, AnswerList, Finish, Take

_QUERIES = load_queries(__file__)

# How many missing chunks a refusal names.
_NAMED = 10


async def start_take(
    connection: Connection, session_id: UUID, question_number: int, content_type: RecordingType
) -> Take:
    """Begin a take of an answer; an unfinished one before it is abandoned.

    Raises NotFound, or Conflict where the session is over, the interview's window is closed or no take is left.
    """
    session = await lock_session(connection, session_id)
    if session.state not in OPEN_STATES:
        raise Conflict(f"session-{session.state}", f"The session is {session.state}: it takes no more recordings.")
    await check_may_record(connection, session)
    interview = await get_interview(connection, session.interview_id)
    if interview.state != "published":
        raise Conflict("interview-closed", f"The interview is {interview.state}: it takes no recordings.")
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
    new = {"interview_id": session.interview_id, "number": counts["started"] + 1, "content_type": content_type}
    take = Take.model_validate(await fetch_one(connection, _QUERIES["insert_take"], answer | new))
    if session.state != "answering":
        await move_session(connection, session_id, "answering")
    await record_event(connection, session_id, "take", _told(take))
    return take


async def get_take(connection: Connection, take_id: UUID) -> Take:
    """One take; raises NotFound."""
    row = await fetch_known(connection, _QUERIES["take"], {"id": take_id}, "take")
    return Take.model_validate(row)


async def finish_take(connection: Connection, take_id: UUID, finish: Finish) -> Take:
    """Acknowledge a take as a whole; again and again gives the same.

    Raises NotFound, or Conflict where chunks are missing, the take was abandoned or the session is over.
    """
    take = await get_take(connection, take_id)
    session = await lock_session(connection, take.session_id)
    take = await get_take(connection, take_id)
    if take.state == "stored":
        return take
    if take.state == "abandoned":
        raise Conflict("take-abandoned", "A newer take or the submission replaced this one.")
    if session.state not in OPEN_STATES:
        raise Conflict(f"session-{session.state}", f"The session is {session.state}: it takes no more recordings.")
    stored = set((await list_chunks(connection, take)).stored)
    missing = [number for number in range(finish.chunks) if number not in stored]
    if len(missing) == finish.chunks:
        raise Conflict("nothing-recorded", "No chunk of this take is stored: there is nothing to finish.")
    if missing and not finish.accept_gaps:
        named = ", ".join(map(str, missing[:_NAMED])) + (" ..." if len(missing) > _NAMED else "")
        raise Conflict("chunks-missing", f"{len(missing)} chunks are not stored yet: {named}.")
    row = await fetch_one(connection, _QUERIES["store_take"], {"id": take_id, "chunks": finish.chunks})
    take = Take.model_validate(row)
    await record_event(connection, take.session_id, "take", _told(take) | ({"missing": missing} if missing else {}))
    return take


async def session_answers(connection: Connection, session_id: UUID) -> AnswerList:
    """Each question of a session with its takes; raises NotFound."""
    session = await get_session(connection, session_id)
    interview = await get_interview(connection, session.interview_id)
    rows = await fetch_all(connection, _QUERIES["takes_of_session"], {"session_id": session_id})
    takes = [Take.model_validate(row) for row in rows]
    answers = []
    for question in interview.questions:
        own = [take for take in takes if take.question_number == question.number]
        stored = [take for take in own if take.state == "stored"]
        answers.append(
            Answer(
                question_number=question.number,
                takes=own,
                answer_take_id=stored[-1].id if stored else None,
                takes_left=max(0, interview.takes_allowed - len(stored)),
            )
        )
    return AnswerList(items=answers)


async def list_answers(connection: Connection, session_id: UUID) -> list[Take]:
    """The take that is the answer to each question, by question number; unanswered questions have none."""
    return [
        Take.model_validate(row) for row in await fetch_all(connection, _QUERIES["answers"], {"session_id": session_id})
    ]


def _told(take: Take) -> dict[str, Any]:
    return {
        "take_id": str(take.id),
        "question_number": take.question_number,
        "number": take.number,
        "state": take.state,
    }
