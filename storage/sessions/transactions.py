"""Invite, submit and finish: the states of a session. The database guards every transition a second time."""

from uuid import UUID

from storage.applications.transactions import advance_application, ensure_application
from storage.candidates.transactions import get_candidate
from storage.database import Connection, fetch_all, fetch_known, fetch_one
from storage.errors import Conflict
from storage.events.transactions import record_event
from storage.interviews.records import Interview
from storage.interviews.transactions import get_interview
from storage.jobs.queue import PROCESS_SESSION, queue_job
from storage.messages.transactions import cancel_messages, queue_done
from storage.paging import Page, fetch_page
from storage.sessions.records import (
    OPEN_STATES,
    BookedWindow,
    NewSession,
    Session,
    SessionQuery,
    SessionState,
    Submission,
)
from storage.sql import load_queries
from storage.webhooks.messages import announce
from storage.webhooks.records import EventType

_QUERIES = load_queries(__file__)

# What webhooks call the states that they tell.
_ANNOUNCED: dict[SessionState, EventType] = {
    "answering": "session.started",
    "submitted": "session.submitted",
    "reported": "report.ready",
    "attention": "session.attention",
}


async def create_session(connection: Connection, new: NewSession) -> Session:
    """Give a candidate a session of a published interview, and with it an application for its position.

    Raises NotFound, or Conflict where they have one already or the interview is not published.
    """
    interview = await get_interview(connection, new.interview_id)
    await get_candidate(connection, new.candidate_id)
    session = await _insert(connection, interview, new.candidate_id)
    if session is None:
        raise Conflict("session-exists", "This candidate already has a session of this interview.")
    return session


async def ensure_session(connection: Connection, interview: Interview, candidate_id: UUID) -> Session:
    """A candidate's session of a published interview, made where there is none.

    Raises Conflict where the interview is not published, or the session is over.
    """
    session = await _insert(connection, interview, candidate_id)
    if session is None:
        known = {"interview_id": interview.id, "candidate_id": candidate_id}
        session = Session.model_validate(await fetch_one(connection, _QUERIES["session_of"], known))
    if session.state not in OPEN_STATES:
        raise Conflict(f"session-{session.state}", f"The candidate's session is {session.state}.")
    return session


async def _insert(connection: Connection, interview: Interview, candidate_id: UUID) -> Session | None:
    if interview.state != "published":
        raise Conflict(f"interview-{interview.state}", f"The interview is {interview.state}: it takes no candidates.")
    await ensure_application(connection, candidate_id, interview.position_id)
    new = {"interview_id": interview.id, "candidate_id": candidate_id}
    row = await fetch_one(connection, _QUERIES["insert_session"], new)
    if row is None:
        return None
    session = Session.model_validate(row)
    await advance_application(connection, session.id, "invited")
    return session


async def get_session(connection: Connection, session_id: UUID) -> Session:
    """One session; raises NotFound."""
    return await _fetch(connection, "session", session_id)


def check_open(session: Session, otherwise: str) -> None:
    """Raise Conflict where a session is over; `otherwise` says what does not happen then."""
    if session.state not in OPEN_STATES:
        raise Conflict(f"session-{session.state}", f"The session is {session.state}: {otherwise}.")


async def lock_session(connection: Connection, session_id: UUID) -> Session:
    """One session, held until the transaction ends: a racing change of it waits; raises NotFound."""
    return await _fetch(connection, "lock_session", session_id)


async def list_sessions(connection: Connection, query: SessionQuery) -> Page[Session]:
    """The sessions that the caller sees."""
    return await fetch_page(connection, _QUERIES["sessions"], query.model_dump(), Session, query, query.sort)


async def booked_windows(connection: Connection, within_s: float) -> list[BookedWindow]:
    """The windows that are open, or open within that many seconds, of all organisations.

    The connection is the operator's. An interview whose candidates have all submitted, withdrawn or expired has none.
    """
    rows = await fetch_all(
        connection, _QUERIES["booked_windows"], {"open_states": list(OPEN_STATES), "within_s": within_s}
    )
    return [BookedWindow.model_validate(row) for row in rows]


async def move_session(
    connection: Connection, session_id: UUID, to: SessionState, reason: str | None = None
) -> Session:
    """Change a session's state; the database refuses a transition that does not exist."""
    row = await fetch_known(connection, _QUERIES["move"], {"id": session_id, "to": to, "reason": reason}, "session")
    session = Session.model_validate(row)
    await record_event(connection, session_id, "state", {"state": to})
    if to in _ANNOUNCED:
        ids: dict[str, UUID | int | str | None] = {
            "session_id": session.id,
            "interview_id": session.interview_id,
            "candidate_id": session.candidate_id,
            "state": to,
        }
        await announce(connection, connection.organisation_id, _ANNOUNCED[to], ids)
    if to == "reported":
        await advance_application(connection, session_id, "interviewed")
    return session


async def submit_session(
    connection: Connection, organisation_id: UUID, session_id: UUID, submission: Submission
) -> Session:
    """Submit a session and queue its processing, in this one transaction.

    A session that is submitted or reported already is returned as it is. Raises NotFound, or Conflict where
    nothing is recorded, uploads are unfinished, or the session has ended otherwise.
    """
    session = await lock_session(connection, session_id)
    if session.state in ("submitted", "reported"):
        return session
    if session.state not in ("answering", "attention"):
        if session.state in ("expired", "withdrawn"):
            raise Conflict(
                f"session-{session.state}", f"The session is {session.state}: it can no longer be submitted."
            )
        raise Conflict("nothing-recorded", "No answer is recorded yet: upload a recording first.")
    if session.state == "answering":
        await _finish_takes(connection, session_id, submission)
    session = await move_session(connection, session_id, "submitted")
    await queue_job(connection, PROCESS_SESSION, organisation_id, session_id)
    await queue_done(connection, session_id, session.candidate_id)
    return session


async def withdraw_session(connection: Connection, session_id: UUID) -> Session:
    """End a session because its candidate wants no more of it: what is being recorded is abandoned, no report is made.

    A session that is withdrawn already is returned as it is. Raises NotFound, or Conflict where it has expired or its
    report is made.
    """
    session = await lock_session(connection, session_id)
    if session.state == "withdrawn":
        return session
    if session.state in ("reported", "expired"):
        raise Conflict(f"session-{session.state}", f"The session is {session.state}: it can no longer be withdrawn.")
    await connection.execute(_QUERIES["abandon_unfinished_takes"], {"id": session_id})
    await cancel_messages(connection, session_id)
    return await move_session(connection, session_id, "withdrawn")


async def _finish_takes(connection: Connection, session_id: UUID, submission: Submission) -> None:
    unfinished = await fetch_all(connection, _QUERIES["unfinished_takes"], {"id": session_id})
    if unfinished and not submission.abandon_unfinished:
        numbers = ", ".join(str(row["question_number"]) for row in unfinished)
        raise Conflict(
            "uploads-unfinished",
            f"The upload for question {numbers} is not completed: complete it, or submit with abandon_unfinished.",
        )
    await connection.execute(_QUERIES["abandon_unfinished_takes"], {"id": session_id})
    row = await fetch_one(connection, _QUERIES["stored_answers"], {"id": session_id})
    if row is None or row["stored"] == 0:
        raise Conflict("nothing-recorded", "No answer is recorded yet: upload a recording first.")


async def _fetch(connection: Connection, query: str, session_id: UUID) -> Session:
    row = await fetch_known(connection, _QUERIES[query], {"id": session_id}, "session")
    return Session.model_validate(row)
