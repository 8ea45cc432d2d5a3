"""Queue messages to candidates, list them, call them off, and let a person send one again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.database import Connection, fetch_all, fetch_known, fetch_one
from storage.errors import Conflict, NotFound
from storage.jobs.queue import JobKind, queue_job, queue_jobs
from storage.messages.records import WITH_LINK, Message, MessageQuery, NewMessage
from storage.paging import Page, fetch_page
from storage.sql import load_queries

_QUERIES = load_queries(__file__)

# A server that is away is waited for over a day, the longer the rarer.
DELIVER_MESSAGE = JobKind(
    "deliver_message", "deliveries", "message", (30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, 43_200)
)


async def queue_message(
    connection: Connection, organisation_id: UUID, new: NewMessage, at: datetime | None = None
) -> Message:
    """Queue a message, to be sent once the caller's transaction commits and not before `at`.

    A session's candidate is told once for each channel that the interview is done: queued again, the first is returned.
    Raises NotFound where the session is none of the candidate's.
    """
    row = await fetch_one(connection, _QUERIES["insert_message"], _stored(connection, new, at))
    if row is None:
        done = await fetch_one(connection, _QUERIES["done_message"], new.model_dump(exclude={"link", "code"}))
        if new.kind != "interview_done" or done is None:
            raise NotFound("session")
        return Message.model_validate(done)
    message = Message.model_validate(row)
    await queue_job(connection, DELIVER_MESSAGE, organisation_id, message.id, at)
    return message


async def queue_messages(
    connection: Connection, organisation_id: UUID, new: Sequence[NewMessage], at: datetime | None = None
) -> None:
    """Queue many messages at once: invitations and reminders, each of a session of its candidate's."""
    ids = []
    async with connection.cursor() as cursor:
        await cursor.executemany(
            _QUERIES["insert_message"], [_stored(connection, message, at) for message in new], returning=True
        )
        for _ in new:
            row = await cursor.fetchone()
            assert row is not None, "an invitation is to a session of its candidate's"
            ids.append(row["id"])
            cursor.nextset()
    await queue_jobs(connection, DELIVER_MESSAGE, organisation_id, ids, at)


async def queue_done(connection: Connection, session_id: UUID, candidate_id: UUID) -> None:
    """Tell a candidate that their interview is done, by each channel that they were invited by; once each."""
    for row in await fetch_all(connection, _QUERIES["invited_by"], {"session_id": session_id}):
        done = NewMessage(
            kind="interview_done",
            channel=row["channel"],
            language=row["language"],
            candidate_id=candidate_id,
            session_id=session_id,
        )
        await queue_message(connection, connection.organisation_id, done)


async def get_message(connection: Connection, message_id: UUID) -> Message:
    """One message; raises NotFound."""
    row = await fetch_known(connection, _QUERIES["message"], {"id": message_id}, "message")
    return Message.model_validate(row)


async def list_messages(connection: Connection, query: MessageQuery) -> Page[Message]:
    """A page of the messages that fit the query."""
    filters = query.model_dump(include={"session_id", "candidate_id", "kind", "channel", "state"})
    return await fetch_page(connection, _QUERIES["messages"], filters, Message, query, query.sort)


async def resend_message(connection: Connection, organisation_id: UUID, message_id: UUID) -> Message:
    """Send a message again that failed, or of which nobody knows whether it arrived: a person's choice.

    Raises NotFound, or Conflict where it is on its way, was sent or called off, or its link is gone.
    """
    row = await fetch_known(connection, _QUERIES["lock_message"], {"id": message_id}, "message")
    if row["state"] not in ("failed", "unknown"):
        raise Conflict("message-not-resendable", f"The message is {row['state']}: it cannot be sent again.")
    if row["kind"] == "identity_code":
        raise Conflict("message-not-resendable", "A one-time code holds for minutes: the candidate asks for another.")
    if row["kind"] in WITH_LINK and not row["has_link"]:
        raise Conflict("message-link-gone", "The message's link was called off: invite the candidate again.")
    message = Message.model_validate(await fetch_one(connection, _QUERIES["queue_again"], {"id": message_id}))
    await queue_job(connection, DELIVER_MESSAGE, organisation_id, message_id)
    return message


async def cancel_messages(connection: Connection, session_id: UUID) -> None:
    """Call off what a session's candidate has not been sent yet, as when it is withdrawn; no link of it is kept."""
    await connection.execute(_QUERIES["cancel"], {"session_id": session_id})


async def call_off_codes(connection: Connection, session_id: UUID) -> None:
    """Call off a session's one-time codes that were not sent yet: a newer one holds, or none is needed any more."""
    await connection.execute(_QUERIES["call_off_codes"], {"session_id": session_id})


def _stored(connection: Connection, new: NewMessage, at: datetime | None) -> dict[str, Any]:
    link = new.link.get_secret_value() if new.link is not None else None
    code = new.code.get_secret_value() if new.code is not None else None
    return new.model_dump() | {
        "link": connection.fields.encrypt_optional(link),
        "code": connection.fields.encrypt_optional(code),
        "contact": connection.fields.encrypt_optional(new.contact),
        "send_at": at,
    }
