"""Take a seat, be ready, be asked a question. The clock is the database's."""

from collections.abc import Callable
from uuid import UUID

from storage.accommodations.transactions import find_accommodation
from storage.candidates.transactions import get_photo
from storage.consents.transactions import consent_that_holds
from storage.database import Connection, fetch_all, fetch_known, fetch_one
from storage.errors import Conflict
from storage.events.transactions import record_event
from storage.identity.transactions import addresses, face_verdict, is_verified
from storage.interviews.transactions import get_interview
from storage.policies.records import EffectivePolicy
from storage.policies.transactions import effective_policy
from storage.sessions.records import OPEN_STATES, Session
from storage.sessions.transactions import check_open, get_session, lock_session, move_session
from storage.sittings.answers import sitting_answers
from storage.sittings.records import Sitting, SittingAccommodation, SittingConsent, SittingIdentity, SittingInterview
from storage.sittings.stage import needs_identity, next_stage
from storage.sql import load_queries
from storage.takes.seats import check_seat
from storage.takes.transactions import check_may_answer

_QUERIES = load_queries(__file__)


async def get_sitting(connection: Connection, session_id: UUID, url_of: Callable[[str], str]) -> Sitting:
    """A session as its candidate sees it; `url_of` makes a URL of a stored object's key. Raises NotFound."""
    session = await get_session(connection, session_id)
    interview = await get_interview(connection, session.interview_id)
    known = {"session_id": session_id}
    row = await fetch_known(connection, _QUERIES["sitting"], known, "session")
    asked = {row["question_number"]: row["asked_at"] for row in await fetch_all(connection, _QUERIES["asked"], known)}
    policy = await effective_policy(connection, interview.id)
    consent = await _consent(connection, session_id, policy)
    identity = await _identity(connection, session, policy, consent)
    accommodation = await find_accommodation(connection, session_id)
    factor = row["time_factor"]
    return Sitting(
        now=row["now"],
        session_id=session.id,
        state=session.state,
        stage=next_stage(session, interview, consent, identity, row["now"]),
        organisation=row["organisation"],
        candidate_name=row["candidate_name"],
        interview=SittingInterview(
            **interview.model_dump(exclude={"questions", "reading_s"}),
            reading_s=round(interview.reading_s * factor),
            questions=len(interview.questions),
        ),
        ends_at=row["ends_at"],
        submitted_at=session.submitted_at,
        device_id=row["device_id"],
        consent=consent,
        notice_required=policy.consent == "required",
        accommodation=accommodation and SittingAccommodation.model_validate(accommodation.model_dump()),
        identity=identity,
        answers=await sitting_answers(connection, session, interview, asked, factor, url_of),
    )


async def take_seat(connection: Connection, session_id: UUID, device_id: str) -> None:
    """Have the session go on at this device, and at no other; the first one opens it. Raises NotFound."""
    session = await lock_session(connection, session_id)
    if session.state not in OPEN_STATES:
        return
    seat = {"session_id": session_id, "device_id": device_id}
    if await fetch_one(connection, _QUERIES["take_seat"], seat) is not None:
        await record_event(connection, session_id, "device", {"device_id": device_id})
    if session.state == "invited":
        await move_session(connection, session_id, "opened")


async def make_ready(connection: Connection, session_id: UUID) -> None:
    """Let a candidate whose devices are checked be asked; again and again gives the same.

    Raises NotFound, or Conflict where the session is over or identity is not shown yet.
    """
    session = await lock_session(connection, session_id)
    check_open(session, "it goes no further")
    if session.state in ("ready", "answering"):
        return
    policy = await effective_policy(connection, session.interview_id)
    consent = await _consent(connection, session_id, policy)
    if needs_identity(await _identity(connection, session, policy, consent)):
        raise Conflict("identity-missing", "Show who you are first.")
    if session.state == "invited":
        session = await move_session(connection, session_id, "opened")
    await move_session(connection, session_id, "ready")


async def ask_question(connection: Connection, session_id: UUID, number: int, device_id: str) -> None:
    """Ask a question: from now on its reading time runs, and with the first one the candidate's time in all.

    Asking again changes nothing. Raises NotFound, or Conflict where the session is not ready or over, or goes on at
    another device, where an earlier question was not asked yet, or the time is over.
    """
    session = await lock_session(connection, session_id)
    if session.state == "invited":
        raise Conflict("session-not-ready", "The devices are not checked yet.")
    await check_may_answer(connection, session, number)
    await check_seat(connection, session_id, device_id)
    known = {"session_id": session_id}
    asked = {row["question_number"] for row in await fetch_all(connection, _QUERIES["asked"], known)}
    if number in asked:
        return
    if number > len(asked) + 1:
        raise Conflict("question-too-early", f"Question {len(asked) + 1} comes first.")
    await connection.execute(_QUERIES["ask"], known | {"question_number": number})
    await connection.execute(_QUERIES["start"], known)


async def _consent(connection: Connection, session_id: UUID, policy: EffectivePolicy) -> SittingConsent | None:
    consent = await consent_that_holds(connection, session_id, policy)
    return None if consent is None else SittingConsent(choice=consent.choice, biometrics=consent.biometrics)


async def _identity(
    connection: Connection, session: Session, policy: EffectivePolicy, consent: SittingConsent | None
) -> SittingIdentity:
    compares = consent is not None and consent.biometrics and consent.choice == "accept"
    photo = await get_photo(connection, session.candidate_id)
    return SittingIdentity(
        code=policy.one_time_code,
        verified=await is_verified(connection, session.id),
        addresses=await addresses(connection, session.candidate_id),
        face=policy.identity if compares else "off",
        face_verdict=await face_verdict(connection, session.id),
        photo_on_file=photo is not None and bool(photo["stored"]),
    )
