"""The outbox: what is queued with a transaction, claimed once, settled, called off, and sent again by a person."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from message_samples import ADA, LI, LINK, TOKEN, Directory, done, invitation
from pydantic import ValidationError

from storage.access import Actor
from storage.database import Database
from storage.errors import Conflict, NotFound
from storage.interviews.transactions import close_interview
from storage.messages.records import Message, MessageQuery, MessageState, NewMessage, Outgoing
from storage.messages.sending import INTERRUPTED, claim_message, give_up_message, settle_message
from storage.messages.transactions import (
    cancel_messages,
    get_message,
    list_messages,
    queue_message,
    resend_message,
)
from storage.retention.transactions import request_erasure
from storage.sessions.records import Session
from storage.sessions.transactions import move_session, withdraw_session

pytestmark = pytest.mark.integration


@pytest.fixture
async def session(database: Database, organisation_id: UUID, build: Any) -> Session:
    async with database.transaction(organisation_id) as connection:
        made: Session = await build.session(connection)
    return made


async def queue(database: Database, organisation_id: UUID, new: NewMessage, at: datetime | None = None) -> Message:
    async with database.transaction(organisation_id) as connection:
        return await queue_message(connection, organisation_id, new, at)


async def claim(
    database: Database, organisation_id: UUID, message_id: UUID, directory: Directory | None = None
) -> Outgoing | None:
    async with database.transaction(organisation_id) as connection:
        return await claim_message(connection, message_id, directory or Directory())


async def settle(
    database: Database, organisation_id: UUID, claimed: Outgoing, outcome: Any, reason: str | None = None
) -> None:
    async with database.transaction(organisation_id) as connection:
        await settle_message(connection, claimed.id, claimed.attempt, outcome, reason)


async def state(database: Database, organisation_id: UUID, message_id: UUID) -> tuple[MessageState, str | None]:
    async with database.transaction(organisation_id) as connection:
        message = await get_message(connection, message_id)
    return message.state, message.reason


async def stored(database: Database, message_id: UUID) -> dict[str, Any]:
    async with database.operator() as connection:
        rows = await connection.execute(
            b"SELECT link, contact, t::text AS row FROM messages t WHERE id = %s", [message_id]
        )
        row = await rows.fetchone()
    assert row is not None
    return row


async def jobs(database: Database, message_id: UUID) -> list[Any]:
    async with database.operator() as connection:
        rows = await connection.execute(
            b"SELECT scheduled_at FROM procrastinate_jobs WHERE args ->> 'message_id' = %s", [str(message_id)]
        )
        return [row["scheduled_at"] for row in await rows.fetchall()]


async def test_a_claimed_message_says_all_and_its_link_is_cleared_once_sent(
    database: Database, organisation_id: UUID, session: Session
) -> None:
    directory = Directory()
    directory.people[session.candidate_id] = LI
    message = await queue(database, organisation_id, invitation(session, contact="Wang, wang@example.cn"))
    assert (message.state, message.attempts) == ("queued", 0)
    before = await stored(database, message.id)
    assert TOKEN.encode() not in bytes(before["link"])
    assert TOKEN not in before["row"] and "wang@" not in before["row"]

    claimed = await claim(database, organisation_id, message.id, directory)
    assert claimed is not None and claimed.sitting is not None
    assert (claimed.recipient, claimed.address, claimed.language) == (LI, "li@example.cn", "zh")
    assert (claimed.link, claimed.contact, claimed.position) == (LINK, "Wang, wang@example.cn", "Team lead")
    assert claimed.sitting.session_id == session.id and claimed.sitting.minutes == 30
    assert await state(database, organisation_id, message.id) == ("sending", None)

    await settle(database, organisation_id, claimed, "sent")
    assert await state(database, organisation_id, message.id) == ("sent", None)
    after = await stored(database, message.id)
    assert (after["link"], after["contact"]) == (None, None)
    assert await claim(database, organisation_id, message.id) is None


async def test_message_and_job_come_with_the_transaction_or_not_at_all(
    database: Database, organisation_id: UUID, session: Session
) -> None:
    message = None
    with pytest.raises(ZeroDivisionError):
        async with database.transaction(organisation_id) as connection:
            message = await queue_message(connection, organisation_id, invitation(session))
            raise ZeroDivisionError
    assert message is not None and await jobs(database, message.id) == []
    with pytest.raises(NotFound):
        await state(database, organisation_id, message.id)
    at = datetime.now(UTC) + timedelta(days=2)
    later = await queue(database, organisation_id, invitation(session, kind="reminder"), at)
    assert later.send_at == at and await jobs(database, later.id) == [at]


async def test_of_racing_senders_one_claims(database: Database, organisation_id: UUID, session: Session) -> None:
    message = await queue(database, organisation_id, invitation(session))
    claims = await asyncio.gather(*(claim(database, organisation_id, message.id) for _ in range(4)))
    assert sum(claimed is not None for claimed in claims) == 1


async def test_a_claim_whose_sender_is_gone_is_unknown_until_a_person_sends_again(
    database: Database, organisation_id: UUID, session: Session
) -> None:
    message = await queue(database, organisation_id, invitation(session))
    first = await claim(database, organisation_id, message.id)
    assert first is not None
    assert await claim(database, organisation_id, message.id) is None
    assert await state(database, organisation_id, message.id) == ("unknown", INTERRUPTED)
    assert await claim(database, organisation_id, message.id) is None

    async with database.transaction(organisation_id) as connection:
        again = await resend_message(connection, organisation_id, message.id)
    assert (again.state, again.reason) == ("queued", None)
    assert len(await jobs(database, message.id)) == 2
    second = await claim(database, organisation_id, message.id)
    assert second is not None and (second.link, second.attempt) == (LINK, 2)

    # The first sender was slow, not dead: it no longer holds the message.
    await settle(database, organisation_id, first, "queued", "The mail server does not answer.")
    await settle(database, organisation_id, first, "failed", "The mail server refused the mail (550).")
    assert await state(database, organisation_id, message.id) == ("sending", None)


async def test_a_slow_sender_may_still_tell_how_it_went(
    database: Database, organisation_id: UUID, session: Session
) -> None:
    message = await queue(database, organisation_id, invitation(session))
    slow = await claim(database, organisation_id, message.id)
    assert slow is not None and await claim(database, organisation_id, message.id) is None
    await settle(database, organisation_id, slow, "queued", "The mail server does not answer.")
    assert await state(database, organisation_id, message.id) == ("unknown", INTERRUPTED)
    await settle(database, organisation_id, slow, "sent")
    assert await state(database, organisation_id, message.id) == ("sent", None)


async def test_what_was_certainly_not_sent_is_tried_again_and_given_up_with_its_reason(
    database: Database, organisation_id: UUID, session: Session
) -> None:
    message = await queue(database, organisation_id, invitation(session))
    for attempt in (1, 2):
        claimed = await claim(database, organisation_id, message.id)
        assert claimed is not None and claimed.attempt == attempt
        await settle(database, organisation_id, claimed, "queued", "The mail server does not answer.")
        assert await state(database, organisation_id, message.id) == ("queued", "The mail server does not answer.")
    async with database.transaction(organisation_id) as connection:
        await give_up_message(connection, message.id, "The mail server does not answer.")
    assert await state(database, organisation_id, message.id) == ("failed", "The mail server does not answer.")


async def test_given_up_while_it_is_sent_it_is_unknown(
    database: Database, organisation_id: UUID, session: Session
) -> None:
    message = await queue(database, organisation_id, invitation(session))
    assert await claim(database, organisation_id, message.id) is not None
    async with database.transaction(organisation_id) as connection:
        await give_up_message(connection, message.id, "Its worker died each time it was processed.")
    assert await state(database, organisation_id, message.id) == ("unknown", INTERRUPTED)


async def test_a_candidate_who_is_erased_before_the_sending_gets_nothing(
    database: Database, organisation_id: UUID, session: Session
) -> None:
    message = await queue(database, organisation_id, invitation(session))
    directory = Directory()
    directory.people[session.candidate_id] = None
    assert await claim(database, organisation_id, message.id, directory) is None
    told = await state(database, organisation_id, message.id)
    assert told == ("cancelled", "The candidate was erased before it was sent.")
    assert (await stored(database, message.id))["link"] is None


@pytest.mark.parametrize(("channel", "lacks"), [("mail", "e-mail address"), ("sms", "phone number")])
async def test_a_candidate_without_an_address_is_told(
    database: Database, organisation_id: UUID, session: Session, channel: str, lacks: str
) -> None:
    message = await queue(database, organisation_id, invitation(session, channel=channel))
    directory = Directory()
    directory.people[session.candidate_id] = type(ADA)("Ada", None, None, "en", None)
    assert await claim(database, organisation_id, message.id, directory) is None
    assert await state(database, organisation_id, message.id) == ("failed", f"The candidate has no {lacks}.")


async def test_a_reminder_of_an_interview_that_is_done_or_closed_is_not_sent(
    database: Database, organisation_id: UUID, session: Session, build: Any
) -> None:
    reminder = await queue(database, organisation_id, invitation(session, kind="reminder"))
    told = await queue(database, organisation_id, done(session))
    async with database.transaction(organisation_id) as connection:
        await move_session(connection, session.id, "answering")
        await move_session(connection, session.id, "submitted")
        past = datetime.now(UTC) - timedelta(hours=1)
        closed = await build.session(connection, opens_at=past - timedelta(hours=1), closes_at=past)
        ended_early = await build.session(connection)
    late = await queue(database, organisation_id, invitation(closed))
    early = await queue(database, organisation_id, invitation(ended_early))
    async with database.transaction(organisation_id) as connection:
        await close_interview(connection, ended_early.interview_id)
    assert await claim(database, organisation_id, reminder.id) is None
    assert await claim(database, organisation_id, told.id) is not None
    assert await state(database, organisation_id, reminder.id) == (
        "cancelled",
        "The session was submitted before it was sent.",
    )
    for message in (late, early):
        assert await claim(database, organisation_id, message.id) is None
        told_of = await state(database, organisation_id, message.id)
        assert told_of == ("cancelled", "The interview was closed before it was sent.")


async def test_a_withdrawn_session_calls_off_what_waits_and_keeps_no_link(
    database: Database, organisation_id: UUID, session: Session
) -> None:
    waiting = await queue(database, organisation_id, invitation(session, kind="reminder"))
    lost = await queue(database, organisation_id, invitation(session))
    on_its_way = await queue(database, organisation_id, invitation(session, channel="sms"))
    assert await claim(database, organisation_id, lost.id) is not None
    assert await claim(database, organisation_id, lost.id) is None
    sending = await claim(database, organisation_id, on_its_way.id)
    assert sending is not None
    # As the candidate themselves, bound to their session.
    candidate = Actor(organisation_id, "candidate", session.id, frozenset(), session_id=session.id)
    async with database.transaction(candidate) as connection:
        await withdraw_session(connection, session.id)
        await cancel_messages(connection, session.id)
    states = [(await state(database, organisation_id, m.id))[0] for m in (waiting, lost, on_its_way)]
    assert states == ["cancelled", "unknown", "sending"]
    assert [(await stored(database, m.id))["link"] for m in (waiting, lost, on_its_way)] == [None] * 3
    await settle(database, organisation_id, sending, "sent")
    async with database.transaction(organisation_id) as connection:
        for message in (waiting, on_its_way):
            with pytest.raises(Conflict, match="cannot be sent again"):
                await resend_message(connection, organisation_id, message.id)
        with pytest.raises(Conflict, match="invite the candidate again"):
            await resend_message(connection, organisation_id, lost.id)


async def test_an_erased_candidates_messages_are_called_off_also_those_of_no_session(
    database: Database, organisation_id: UUID, session: Session, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        other = await build.session(connection)
        rows = await connection.execute(b"SELECT position_id FROM interviews WHERE id = %s", [session.interview_id])
        row = await rows.fetchone()
    assert row is not None
    result = {
        "kind": "result",
        "decision": "offer",
        "link": None,
        "session_id": None,
        "position_id": row["position_id"],
    }
    offer = await queue(database, organisation_id, invitation(session, **result))
    kept = await queue(database, organisation_id, invitation(other))
    async with database.transaction(organisation_id) as connection:
        await request_erasure(connection, session.candidate_id)
    assert (await state(database, organisation_id, offer.id))[0] == "cancelled"
    assert (await state(database, organisation_id, kept.id))[0] == "queued"
    about_position = await queue(database, organisation_id, invitation(session, **result))
    claimed = await claim(database, organisation_id, about_position.id)
    assert claimed is not None and (claimed.position, claimed.sitting) == ("Team lead", None)


async def test_that_an_interview_is_done_is_told_once_for_each_channel(
    database: Database, organisation_id: UUID, session: Session
) -> None:
    first, again, sms = [
        await queue(database, organisation_id, done(session, channel=channel)) for channel in ("mail", "mail", "sms")
    ]
    assert first.id == again.id != sms.id
    assert len(await jobs(database, first.id)) == 1


async def test_another_candidates_session_is_refused(
    database: Database, organisation_id: UUID, session: Session, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        other = await build.session(connection)
    for new in (invitation(session), done(session)):
        with pytest.raises(NotFound):
            await queue(database, organisation_id, new.model_copy(update={"candidate_id": other.candidate_id}))


async def test_messages_are_listed_page_by_page_by_what_is_asked(
    database: Database, organisation_id: UUID, other_organisation_id: UUID, session: Session
) -> None:
    queued = [await queue(database, organisation_id, invitation(session, channel=c)) for c in ("mail", "sms", "mail")]
    await claim(database, organisation_id, queued[0].id)
    async with database.transaction(organisation_id) as connection:
        page = await list_messages(connection, MessageQuery(session_id=session.id, limit=2))
        rest = await list_messages(connection, MessageQuery(session_id=session.id, limit=2, cursor=page.next_cursor))
        sending = await list_messages(connection, MessageQuery(state="sending", channel="mail", kind="invitation"))
        nobodys = await list_messages(connection, MessageQuery(candidate_id=uuid4()))
    assert [m.id for m in page.items + rest.items] == [m.id for m in reversed(queued)]
    assert rest.next_cursor is None and nobodys.items == []
    assert [m.id for m in sending.items] == [queued[0].id]
    assert "link" not in sending.items[0].model_dump() and "contact" not in sending.items[0].model_dump()
    async with database.transaction(other_organisation_id) as connection:
        assert (await list_messages(connection, MessageQuery())).items == []
        with pytest.raises(NotFound):
            await resend_message(connection, other_organisation_id, queued[0].id)


async def test_the_database_refuses_to_send_again_what_was_sent(
    database: Database, organisation_id: UUID, session: Session
) -> None:
    message = await queue(database, organisation_id, invitation(session))
    claimed = await claim(database, organisation_id, message.id)
    assert claimed is not None
    await settle(database, organisation_id, claimed, "sent")
    with pytest.raises(psycopg.errors.CheckViolation, match="cannot go from sent to queued"):
        async with database.transaction(organisation_id) as connection:
            await connection.execute(
                b"UPDATE messages SET state = 'queued', sent_at = NULL WHERE id = %s", [message.id]
            )


@pytest.mark.parametrize(
    "wrong",
    [
        {"decision": "offer"},
        {"link": None},
        {"kind": "interview_done"},
        {"kind": "result", "link": None},
        {"session_id": None},
        {"link": "javascript:alert(1)"},
        {"link": 'https://parley.example/"onclick="x'},
        {"link": "https://parley.example/i/a\nBcc: x@example.org"},
        {"link": "https://parley.example/" + "x" * 1000},
        {"channel": "fax"},
        {"language": "fr"},
    ],
)
def test_a_message_that_does_not_hang_together_is_refused(wrong: dict[str, Any]) -> None:
    whole = {"kind": "invitation", "channel": "mail", "candidate_id": uuid4(), "session_id": uuid4(), "link": LINK}
    NewMessage.model_validate(whole)
    with pytest.raises(ValidationError):
        NewMessage.model_validate(whole | wrong)
