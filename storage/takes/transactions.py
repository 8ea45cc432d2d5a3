"""Start a take, finish it, and find which take is the answer."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from storage.consents.transactions import check_may_record
from storage.database import Connection, fetch_all, fetch_known, fetch_one
from storage.errors import Conflict, NotFound
from storage.events.transactions import record_event
from storage.interviews.records import Interview
from storage.interviews.transactions import get_interview
from storage.media.records import RecordingType
from storage.sessions.records import Session
from storage.sessions.transactions import check_open, get_session, lock_session, move_session
from storage.sql import load_queries
from storage.takes.chunks import list_chunks
from storage.takes.records import Answer, AnswerList, Finish, Take
from storage.takes.seats import check_seat, check_time

_QUERIES = load_queries(__file__)

# Takes that a reload or a lost device may cost beyond those allowed. Without a bound, a take that went badly could be
# broken off for ever.
_INTERRUPTED = 10

# How many missing chunks a refusal names.
_NAMED = 10


async def start_take(
    connection: Connection,
    session_id: UUID,
    question_number: int,
    content_type: RecordingType,
    device_id: str | None = None,
) -> Take:
    """Begin a take of an answer; an unfinished one before it is abandoned.

    Raises NotFound, or Conflict where the session is over or goes on at another device, the interview's window or the
    candidate's time is over, or no take is left.
    """
    session = await lock_session(connection, session_id)
    interview = await check_may_answer(connection, session, question_number)
    await check_seat(connection, session_id, device_id)
    answer = {"session_id": session_id, "question_number": question_number}
    await connection.execute(_QUERIES["abandon_unfinished"], answer)
    counts = await fetch_one(connection, _QUERIES["counts"], answer)
    assert counts is not None  # an aggregate always returns its row
    if counts["stored"] >= interview.takes_allowed:
        raise Conflict("no-takes-left", f"This answer has its {interview.takes_allowed} takes already.")
    if counts["started"] >= interview.takes_allowed + _INTERRUPTED:
        raise Conflict("no-takes-left", "This answer was begun too often.")
    new = {"interview_id": session.interview_id, "number": counts["started"] + 1, "content_type": content_type}
    take = Take.model_validate(await fetch_one(connection, _QUERIES["insert_take"], answer | new))
    if session.state != "answering":
        await move_session(connection, session_id, "answering")
    await record_event(connection, session_id, "take", _told(take))
    return take


async def check_may_answer(connection: Connection, session: Session, question_number: int) -> Interview:
    """The session's interview, of which this question may be answered now.

    Raises NotFound, or Conflict where the session is over or not ready, the consent is missing, or the interview's
    window or the candidate's time is over.
    """
    check_open(session, "it takes no more recordings")
    if session.state in ("opened", "verified"):
        raise Conflict("session-not-ready", "The candidate's page is open, and the devices are not checked yet.")
    await check_may_record(connection, session)
    interview = await get_interview(connection, session.interview_id)
    if interview.state != "published":
        raise Conflict("interview-closed", f"The interview is {interview.state}: it takes no recordings.")
    if not interview.opens_at <= datetime.now(UTC) < interview.closes_at:
        raise Conflict(
            "interview-closed", f"The interview is open from {interview.opens_at} to {interview.closes_at} only."
        )
    await check_time(connection, session.id)
    if not 1 <= question_number <= len(interview.questions):
        raise NotFound("question")
    return interview


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
    check_open(session, "it takes no more recordings")
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


async def keep_broken_off(connection: Connection, session_id: UUID) -> None:
    """Finish the takes whose candidate did not come back, with the chunks that came; a finished take goes before."""
    for row in await fetch_all(connection, _QUERIES["broken_off"], {"session_id": session_id}):
        await finish_take(connection, row["id"], Finish(chunks=row["chunks"], accept_gaps=True))


async def session_answers(connection: Connection, session_id: UUID) -> AnswerList:
    """Each question of a session with its takes; raises NotFound."""
    session = await get_session(connection, session_id)
    interview = await get_interview(connection, session.interview_id)
    return AnswerList(items=await answers_of(connection, session_id, interview))


async def answers_of(connection: Connection, session_id: UUID, interview: Interview) -> list[Answer]:
    """Each question of a session's interview with its takes."""
    rows = await fetch_all(connection, _QUERIES["takes_of_session"], {"session_id": session_id})
    takes = [Take.model_validate(row) for row in rows]
    counting = {take.question_number: take.id for take in await list_answers(connection, session_id)}
    answers = []
    for question in interview.questions:
        own = [take for take in takes if take.question_number == question.number]
        stored = [take for take in own if take.state == "stored"]
        answers.append(
            Answer(
                question_number=question.number,
                takes=own,
                answer_take_id=counting.get(question.number),
                takes_left=max(0, interview.takes_allowed - len(stored)),
            )
        )
    return answers


async def list_answers(connection: Connection, session_id: UUID) -> list[Take]:
    """The take that is the answer to each question, by question number; none where there is none or a newer text."""
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
