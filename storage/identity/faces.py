"""Comparisons of a candidate's face with a document or the photo on file: who may be compared, and what was found."""

from typing import Any
from uuid import UUID

from storage.candidates.transactions import get_photo
from storage.consents.transactions import consent_that_holds
from storage.database import Connection, fetch_one
from storage.errors import Conflict
from storage.events.transactions import record_event
from storage.identity.records import FaceVerdict, Reference, Verdict
from storage.identity.transactions import face_verdict
from storage.media.records import photo_key
from storage.policies.transactions import effective_policy
from storage.sessions.records import Session
from storage.sessions.transactions import check_open, get_session, lock_session
from storage.sql import load_queries

_QUERIES = load_queries(__file__)

CHECKS_PER_HOUR = 20  # each costs the engines two pictures


async def check_may_compare(connection: Connection, session_id: UUID) -> None:
    """Raise NotFound, or Conflict where the session is over, the interview compares no faces, the candidate has not
    agreed to it, or theirs was compared too often."""
    await _check(connection, await get_session(connection, session_id))
    row = await fetch_one(connection, _QUERIES["recent_checks"], {"session_id": session_id})
    if row is not None and row["checks"] >= CHECKS_PER_HOUR:
        raise Conflict("face-checks-exhausted", "The face was compared often enough: a person will look.")


async def photo_on_file(connection: Connection, session_id: UUID) -> str:
    """The S3 key of the photo to compare with; raises NotFound, or Conflict where there is none."""
    session = await get_session(connection, session_id)
    photo = await get_photo(connection, session.candidate_id)
    if photo is None or not photo["stored"]:
        raise Conflict("photo-missing", "There is no photo on file to compare with: show a document.")
    return photo_key(connection.organisation_id, session.candidate_id, photo["sha256"])


async def store_face_check(
    connection: Connection, session_id: UUID, reference: Reference, found: FaceVerdict, flag: dict[str, Any] | None
) -> None:
    """Store what a comparison found, and tell the flag that it raises, if any.

    Raises NotFound, or Conflict where the session ended, or its candidate's consent, while faces were compared.
    """
    await _check(connection, await lock_session(connection, session_id))
    await connection.execute(
        _QUERIES["insert_check"],
        {
            "session_id": session_id,
            "reference": reference,
            "verdict": found.verdict,
            "reason": found.reason,
            "model": found.model,
        },
    )
    if flag is not None:
        await record_event(connection, session_id, "flag", {"take_id": None, "question_number": None, "flag": flag})


async def verdict_to_look_at(connection: Connection, session_id: UUID) -> Verdict | None:
    """What a person should know: that a face was another's, whoever came later; else what the newest check said."""
    row = await fetch_one(connection, _QUERIES["was_no_match"], {"session_id": session_id})
    if row is not None and row["was"]:
        return "no_match"
    return await face_verdict(connection, session_id)


async def _check(connection: Connection, session: Session) -> None:
    check_open(session, "nothing is compared any more")
    policy = await effective_policy(connection, session.interview_id)
    if policy.identity == "off":
        raise Conflict("identity-off", "This interview compares no faces.")
    consent = await consent_that_holds(connection, session.id, policy)
    if consent is None or consent.choice != "accept" or not consent.biometrics:
        raise Conflict("consent-biometrics-missing", "Faces are compared only where their owner has agreed to it.")
