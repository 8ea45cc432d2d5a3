"""Prove with a one-time code, sent to an address on file, that a candidate is who was invited."""

import hmac
import secrets
from uuid import UUID, uuid4

from pydantic import SecretStr

from storage.candidates.records import Candidate
from storage.candidates.transactions import get_candidate
from storage.database import Connection, fetch_all, fetch_one
from storage.errors import Conflict
from storage.identity.records import Channel, MaskedAddress, SentCode, Verdict
from storage.messages.records import CODE_MINUTES, NewMessage
from storage.messages.transactions import call_off_codes, queue_message
from storage.policies.transactions import effective_policy
from storage.sessions.records import OPEN_STATES, Session
from storage.sessions.transactions import lock_session, move_session
from storage.sql import load_queries

_QUERIES = load_queries(__file__)

# So many guesses an hour at a million codes: 25, by whoever has the candidate's link.
ATTEMPTS_PER_CODE = 5
CODES_PER_HOUR = 5
PAUSE_S = 60  # between two codes


async def addresses(connection: Connection, candidate_id: UUID) -> list[MaskedAddress]:
    """Where a candidate can be sent a code, masked; raises NotFound."""
    candidate = await get_candidate(connection, candidate_id)
    known = ((channel, _address(candidate, channel)) for channel in _CHANNELS)
    return [MaskedAddress(channel=channel, masked=mask(channel, address)) for channel, address in known if address]


async def is_verified(connection: Connection, session_id: UUID) -> bool:
    """Whether a session's candidate has proven themselves with a code."""
    row = await fetch_one(connection, _QUERIES["is_verified"], {"session_id": session_id})
    assert row is not None  # it tells yes or no
    verified: bool = row["verified"]
    return verified


async def face_verdict(connection: Connection, session_id: UUID) -> Verdict | None:
    """What the newest comparison of faces said, or None where there was none."""
    row = await fetch_one(connection, _QUERIES["newest_verdict"], {"session_id": session_id})
    if row is None:
        return None
    verdict: Verdict = row["verdict"]
    return verdict


async def send_code(connection: Connection, session_id: UUID, channel: Channel) -> SentCode:
    """Queue a message with a new code, which takes the place of any before it.

    Raises NotFound, or Conflict where no code is asked for or needed, the session is over, the candidate has no such
    address, or they have been sent one a moment ago or too many within the hour.
    """
    session = await lock_session(connection, session_id)
    await _check_wanted(connection, session)
    candidate = await get_candidate(connection, session.candidate_id)
    address = _address(candidate, channel)
    if not address:
        thing = "e-mail address" if channel == "mail" else "phone number"
        raise Conflict("address-missing", f"There is no {thing} on file: choose another way, or ask the recruiters.")
    await _check_rate(connection, session_id)
    code_id, code = uuid4(), f"{secrets.randbelow(10**6):06}"
    row = await fetch_one(
        connection,
        _QUERIES["insert_code"],
        {
            "id": code_id,
            "session_id": session_id,
            "channel": channel,
            "code_hash": connection.fields.index(_hashed(code_id, code)),
            "minutes": CODE_MINUTES,
            "pause_s": PAUSE_S,
        },
    )
    assert row is not None  # it was just inserted
    await call_off_codes(connection, session_id)
    language = await fetch_one(connection, _QUERIES["language"], {"session_id": session_id})
    message = NewMessage(
        kind="identity_code",
        channel=channel,
        candidate_id=session.candidate_id,
        session_id=session_id,
        language=language["language"] if language else None,
        code=SecretStr(code),
    )
    await queue_message(connection, connection.organisation_id, message)
    return SentCode(
        masked=mask(channel, address), expires_at=row["expires_at"], again_at=row["again_at"], now=row["created_at"]
    )


async def verify_code(connection: Connection, session_id: UUID, code: str) -> Conflict | None:
    """Try a code: None where it is right, which makes an opened session verified; else what to refuse it with.

    The refusal is returned, not raised: raised, it would roll back that the attempt was counted. Raises NotFound, and
    Conflict where no code is asked for or the session is over.
    """
    session = await lock_session(connection, session_id)
    if await is_verified(connection, session_id):
        return None
    await _check_wanted(connection, session)
    newest = await fetch_one(connection, _QUERIES["lock_newest_code"], {"session_id": session_id})
    if newest is None or newest["is_expired"]:
        return Conflict("code-expired", "There is no code that holds: ask for a new one.")
    if newest["attempts"] >= ATTEMPTS_PER_CODE:
        return _SPENT
    hashes = connection.fields.indexes(_hashed(newest["id"], code))
    if not any(hmac.compare_digest(known, bytes(newest["code_hash"])) for known in hashes):
        counted = await fetch_one(connection, _QUERIES["count_attempt"], {"id": newest["id"]})
        assert counted is not None  # it is locked
        left = ATTEMPTS_PER_CODE - counted["attempts"]
        if left == 0:
            return _SPENT
        return Conflict("code-wrong", f"That is not the code. {left} {'try' if left == 1 else 'tries'} left.")
    await connection.execute(_QUERIES["use_code"], {"id": newest["id"]})
    await call_off_codes(connection, session_id)
    if session.state == "opened":
        await move_session(connection, session_id, "verified")
    return None


def mask(channel: Channel, address: str) -> str:
    """An address of which its owner recognises enough: a•••@example.org, or the last digits of a number."""
    if channel == "mail":
        local, _, domain = address.rpartition("@")
        return f"{local[:1]}•••@{domain}"
    return f"•••{address[-4:]}" if len(address) >= 11 else f"•••{address[-2:]}"


_CHANNELS: tuple[Channel, ...] = ("mail", "sms")
_SPENT = Conflict("codes-exhausted", "That was wrong too often: ask for a new code.")


async def _check_wanted(connection: Connection, session: Session) -> None:
    if session.state not in OPEN_STATES:
        raise Conflict(f"session-{session.state}", f"The session is {session.state}.")
    policy = await effective_policy(connection, session.interview_id)
    if policy.one_time_code == "off":
        raise Conflict("code-not-asked", "This interview asks for no one-time code.")


async def _check_rate(connection: Connection, session_id: UUID) -> None:
    if await is_verified(connection, session_id):
        raise Conflict("identity-verified", "The candidate has proven themselves already: no code is needed.")
    sent = await fetch_all(connection, _QUERIES["sent_codes"], {"session_id": session_id, "pause_s": PAUSE_S})
    if sent and sent[0]["is_fresh"]:
        raise Conflict("code-too-soon", f"A code was sent a moment ago: ask for another {PAUSE_S} seconds after it.")
    if len(sent) >= CODES_PER_HOUR:
        raise Conflict("codes-exhausted", f"{CODES_PER_HOUR} codes were sent within the hour: try again later.")


def _address(candidate: Candidate, channel: Channel) -> str | None:
    return candidate.email if channel == "mail" else candidate.phone


def _hashed(code_id: UUID, code: str) -> str:
    """What is hashed of a code. Six digits are guessed in no time from a plain or salted hash: the hash is keyed, with
    a key that the database does not hold. The row's random id has equal codes hash differently."""
    return f"identity-code:{code_id}:{code}"
