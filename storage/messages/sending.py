"""Send each message at most once: it is claimed before it is sent, and settled afterwards.

Between a server's acceptance of a message and our commit of it lies a moment in which a crash leaves nobody knowing
whether it was sent. Who then sends again may send twice; who does not may have sent nothing. We never send twice by
ourselves: a message that is found claimed by a sender that is gone becomes `unknown`, shows so in the list, and a
person may send it again. Its Message-ID, and the id that an SMS gateway is given, are those of the first try, by which
receivers can tell the two are one.
"""

from typing import Literal
from uuid import UUID

from psycopg.rows import DictRow

from storage.database import Connection, fetch_one
from storage.messages.records import CODE_MINUTES, WITH_LINK, Outgoing, Recipient, RecipientLookup, Sitting
from storage.sessions.records import OPEN_STATES
from storage.sql import load_queries

_QUERIES = load_queries(__file__)

Outcome = Literal["sent", "failed", "unknown", "queued"]

INTERRUPTED = "Its sending was interrupted: whether it arrived is unknown."


async def claim_message(connection: Connection, message_id: UUID, recipients: RecipientLookup) -> Outgoing | None:
    """All that a queued message says, which is `sending` once the caller's transaction commits.

    None where there is nothing to send: it was sent, it no longer applies (cancelled), its candidate has no address
    (failed), or another sender claimed it and is gone (unknown). The connection is Parley's own, at work for an
    organisation.
    """
    row = await fetch_one(connection, _QUERIES["lock_outgoing"], {"id": message_id, "code_minutes": CODE_MINUTES})
    if row is None or row["state"] not in ("queued", "sending"):
        return None
    if row["state"] == "sending":
        await _end(connection, message_id, "unknown", INTERRUPTED)
        return None
    if (reason := _no_longer(row)) is not None:
        await _end(connection, message_id, "cancelled", reason)
        return None
    recipient = await recipients(connection, row["candidate_id"])
    if recipient is None:
        await _end(connection, message_id, "cancelled", "The candidate was erased before it was sent.")
        return None
    address = recipient.email if row["channel"] == "mail" else recipient.phone
    if not address:
        thing = "e-mail address" if row["channel"] == "mail" else "phone number"
        await _end(connection, message_id, "failed", f"The candidate has no {thing}.")
        return None
    claimed = await fetch_one(connection, _QUERIES["claim"], {"id": message_id})
    assert claimed is not None  # it is locked
    return _outgoing(connection, message_id, claimed["attempts"], row, recipient, address)


async def settle_message(
    connection: Connection, message_id: UUID, attempt: int, outcome: Outcome, reason: str | None = None
) -> None:
    """Store what became of a claimed message; does nothing where the claim of that attempt is over.

    sent: the server accepted it; its link or code is cleared. failed: refused for good. unknown: the server may have
    accepted it. queued: it certainly was not sent, and is tried again. All but sent have a reason.
    """
    await connection.execute(_QUERIES[f"settle_{outcome}"], {"id": message_id, "attempt": attempt, "reason": reason})


async def give_up_message(connection: Connection, message_id: UUID, reason: str) -> None:
    """Its tries are spent: what was not sent has failed, what may have been is unknown."""
    await connection.execute(_QUERIES["give_up"], {"id": message_id, "reason": reason, "interrupted": INTERRUPTED})


async def _end(
    connection: Connection, message_id: UUID, state: Literal["unknown", "cancelled", "failed"], reason: str
) -> None:
    await connection.execute(_QUERIES["end"], {"id": message_id, "state": state, "reason": reason})


def _no_longer(row: DictRow) -> str | None:
    """Why a queued message does not apply any more, or None where it does."""
    if row["kind"] in WITH_LINK:
        if row["session_state"] not in OPEN_STATES:
            return f"The session was {row['session_state']} before it was sent."
        if row["closed"]:
            return "The interview was closed before it was sent."
        if row["link"] is None:
            return "Its link was called off before it was sent."
    if row["kind"] == "identity_code":
        if row["session_state"] not in OPEN_STATES:
            return f"The session was {row['session_state']} before it was sent."
        if row["code"] is None or row["is_late"]:
            return "Its code did not hold any more before it was sent."
    if row["kind"] == "interview_done" and row["session_state"] in ("withdrawn", "expired"):
        return f"The session was {row['session_state']} before it was sent."
    return None


def _outgoing(
    connection: Connection, message_id: UUID, attempt: int, row: DictRow, recipient: Recipient, address: str
) -> Outgoing:
    sitting = None
    if row["session_id"] is not None:
        sitting = Sitting(row["session_id"], row["opens_at"], row["closes_at"], row["minutes_per_candidate"])
    return Outgoing(
        id=message_id,
        attempt=attempt,
        kind=row["kind"],
        decision=row["decision"],
        channel=row["channel"],
        language=row["language"] or recipient.language,
        recipient=recipient,
        address=address,
        organisation=row["organisation"],
        position=row["position"],
        sitting=sitting,
        link=connection.fields.decrypt_optional(row["link"]),
        code=connection.fields.decrypt_optional(row["code"]),
        contact=connection.fields.decrypt_optional(row["contact"]),
    )
