"""One-time codes: right once, wrong five times, for ten minutes, a few an hour, and never readable."""

import asyncio
import io
import json
import zipfile
from typing import Any
from uuid import UUID

import pytest
from cryptography.fernet import Fernet
from message_samples import Directory
from pydantic import SecretStr
from sent_codes import sent_code, wrong_code

from storage.access import Actor, system
from storage.candidates.records import CandidateChanges
from storage.candidates.transactions import change_candidate
from storage.database import Connection, Database
from storage.errors import Conflict, NotFound
from storage.identity.records import Channel, SentCode
from storage.identity.transactions import addresses, is_verified, mask, send_code, verify_code
from storage.media.store import MediaStore
from storage.messages.records import Message, MessageQuery
from storage.messages.sending import claim_message, settle_message
from storage.messages.transactions import list_messages, resend_message
from storage.policies.records import PolicySettings
from storage.policies.transactions import change_policy
from storage.retention.deletion import delete_analysis
from storage.retention.export import export_candidate
from storage.retention.holdings import holdings
from storage.sessions.records import Session
from storage.sessions.transactions import get_session, move_session, withdraw_session
from storage.settings import StorageSettings
from storage.takes.transactions import start_take
from storage.updates import ANY_VERSION

pytestmark = pytest.mark.integration

EMAIL, PHONE = "ada@example.org", "+8613800138000"


@pytest.fixture
async def session(database: Database, organisation_id: UUID, build: Any) -> Session:
    """An opened session of an interview that asks for a code; its candidate has mail and phone."""
    async with database.transaction(organisation_id) as connection:
        made: Session = await build.session(connection)
        await change_policy(connection, made.interview_id, ANY_VERSION, PolicySettings(one_time_code="required"))
        changes = CandidateChanges(email=EMAIL, phone=PHONE)
        await change_candidate(connection, made.candidate_id, ANY_VERSION, changes)
        return await move_session(connection, made.id, "opened")


def candidate(session: Session, organisation_id: UUID) -> Actor:
    return Actor(organisation_id, "candidate", session.candidate_id, frozenset(), session_id=session.id)


async def send(database: Database, actor: Actor, session: Session, channel: Channel = "mail") -> tuple[SentCode, str]:
    """A code, as its session's candidate asks for it: what they are told, and the code itself."""
    async with database.transaction(actor) as connection:
        sent = await send_code(connection, session.id, channel)
        return sent, await sent_code(connection, session.id)


async def verify(database: Database, actor: Actor, session: Session, code: str) -> str | None:
    """The code of the refusal, or None."""
    async with database.transaction(actor) as connection:
        refusal = await verify_code(connection, session.id, code)
    return None if refusal is None else refusal.code


async def age(database: Database, session: Session, minutes: float) -> None:
    """Let a session's codes and messages be so much older."""
    async with database.operator() as connection:
        named = {"session_id": session.id, "minutes": minutes}
        await connection.execute(
            b"UPDATE identity_codes SET created_at = created_at - make_interval(secs => 60 * %(minutes)s),"
            b" expires_at = expires_at - make_interval(secs => 60 * %(minutes)s) WHERE session_id = %(session_id)s",
            named,
        )
        await connection.execute(
            b"UPDATE messages SET created_at = created_at - make_interval(secs => 60 * %(minutes)s)"
            b" WHERE session_id = %(session_id)s",
            named,
        )


async def messages(connection: Connection, session: Session) -> list[Message]:
    query = MessageQuery(session_id=session.id, kind="identity_code", sort="created_at")
    return (await list_messages(connection, query)).items


async def attempts(database: Database, session: Session) -> list[int]:
    async with database.operator() as connection:
        rows = await connection.execute(
            b"SELECT attempts FROM identity_codes WHERE session_id = %s ORDER BY created_at", [session.id]
        )
        return [row["attempts"] for row in await rows.fetchall()]


@pytest.mark.parametrize("channel", ["mail", "sms"])
async def test_the_right_code_verifies_the_session_once(
    database: Database, organisation_id: UUID, session: Session, channel: Channel
) -> None:
    actor = candidate(session, organisation_id)
    sent, code = await send(database, actor, session, channel)
    assert (sent.expires_at - sent.now).total_seconds() == 600 and (sent.again_at - sent.now).total_seconds() == 60
    assert sent.masked == {"mail": "a•••@example.org", "sms": "•••8000"}[channel]
    async with database.transaction(organisation_id) as connection:
        [message] = await messages(connection, session)
        assert (message.channel, message.state, message.candidate_id) == (channel, "queued", session.candidate_id)
        assert not await is_verified(connection, session.id)
    # Of racing calls one moves the session; all are told the same.
    assert await asyncio.gather(*(verify(database, actor, session, code) for _ in range(4))) == [None] * 4
    async with database.transaction(organisation_id) as connection:
        assert (await get_session(connection, session.id)).state == "verified"
        assert await is_verified(connection, session.id)
        rows = await connection.execute(
            b"SELECT count(*) AS moves FROM events WHERE session_id = %s AND data ->> 'state' = 'verified'",
            [session.id],
        )
        row = await rows.fetchone()
        assert row is not None and row["moves"] == 1
        # What was not sent yet is not needed any more.
        [message] = await messages(connection, session)
        assert message.state == "cancelled"
        with pytest.raises(Conflict) as refused:
            await send_code(connection, session.id, channel)
    assert refused.value.code == "identity-verified"
    assert await attempts(database, session) == [0]


async def test_racing_wrong_attempts_count_each_and_end_at_five(
    database: Database, organisation_id: UUID, session: Session
) -> None:
    actor = candidate(session, organisation_id)
    _, code = await send(database, actor, session)
    refused = await asyncio.gather(*(verify(database, actor, session, wrong_code(code)) for _ in range(12)))
    assert sorted(refused, key=str) == ["code-wrong"] * 4 + ["codes-exhausted"] * 8
    assert await attempts(database, session) == [5]
    # The right one comes too late, until there is a new code.
    assert await verify(database, actor, session, code) == "codes-exhausted"
    await age(database, session, 1.1)
    _, newer = await send(database, actor, session)
    assert await verify(database, actor, session, newer) is None


async def test_the_sentence_tells_the_tries_that_are_left(
    database: Database, organisation_id: UUID, session: Session
) -> None:
    actor = candidate(session, organisation_id)
    _, code = await send(database, actor, session)
    told = []
    for _ in range(4):
        async with database.transaction(actor) as connection:
            refusal = await verify_code(connection, session.id, wrong_code(code))
        assert refusal is not None
        told.append(refusal.message)
    assert told == [
        f"That is not the code. {left}" for left in ("4 tries left.", "3 tries left.", "2 tries left.", "1 try left.")
    ]
    assert await verify(database, actor, session, code) is None


async def test_a_code_expires_after_ten_minutes(database: Database, organisation_id: UUID, session: Session) -> None:
    actor = candidate(session, organisation_id)
    assert await verify(database, actor, session, "123456") == "code-expired"  # none was sent
    _, code = await send(database, actor, session)
    await age(database, session, 9.9)
    assert await verify(database, actor, session, wrong_code(code)) == "code-wrong"
    await age(database, session, 0.2)
    assert await verify(database, actor, session, code) == "code-expired"
    assert await attempts(database, session) == [1]


async def test_a_newer_code_takes_the_place_of_the_older(
    database: Database, organisation_id: UUID, session: Session
) -> None:
    actor = candidate(session, organisation_id)
    _, first = await send(database, actor, session)
    await age(database, session, 1.1)
    _, second = await send(database, actor, session, "sms")
    async with database.transaction(organisation_id) as connection:
        older, newer = await messages(connection, session)
    assert (older.state, newer.state) == ("cancelled", "queued")
    if first != second:
        assert await verify(database, actor, session, first) == "code-wrong"
    assert await verify(database, actor, session, second) is None


async def test_one_a_minute_and_five_an_hour_are_sent(
    database: Database, organisation_id: UUID, session: Session
) -> None:
    actor = candidate(session, organisation_id)
    racing = await asyncio.gather(*(send(database, actor, session) for _ in range(4)), return_exceptions=True)
    refused = [error.code for error in racing if isinstance(error, Conflict)]
    assert refused == ["code-too-soon"] * 3
    for _ in range(4):
        await age(database, session, 1.1)
        await send(database, actor, session)
    await age(database, session, 1.1)
    with pytest.raises(Conflict) as exhausted:
        await send(database, actor, session)
    assert exhausted.value.code == "codes-exhausted"
    await age(database, session, 55)
    await send(database, actor, session)


async def test_neither_code_nor_address_can_be_read_and_the_outbox_forgets(
    database: Database, organisation_id: UUID, session: Session
) -> None:
    actor = candidate(session, organisation_id)
    _, code = await send(database, actor, session)
    async with database.operator() as connection:
        rows = await connection.execute(
            b"SELECT t::text AS row FROM messages t WHERE session_id = %(id)s"
            b" UNION ALL SELECT t::text FROM identity_codes t WHERE session_id = %(id)s"
            b" UNION ALL SELECT t::text FROM audit_log t WHERE organisation_id = %(organisation)s"
            b" UNION ALL SELECT t::text FROM events t WHERE session_id = %(id)s"
            b" UNION ALL SELECT args::text FROM procrastinate_jobs",
            {"id": session.id, "organisation": organisation_id},
        )
        stored = "\n".join(row["row"] for row in await rows.fetchall())
    assert "identity_code" in stored and "identity-code" in stored
    for secret in (f'"{code}"', f",{code},", code.encode().hex(), EMAIL, PHONE):
        assert secret not in stored
    async with database.transaction(organisation_id) as connection:
        [message] = await messages(connection, session)
        claimed = await claim_message(connection, message.id, Directory())
        assert claimed is not None and (claimed.kind, claimed.code, claimed.link) == ("identity_code", code, None)
        await settle_message(connection, message.id, claimed.attempt, "sent")
        with pytest.raises(AssertionError, match="no code"):
            await sent_code(connection, session.id)
        with pytest.raises(Conflict) as refused:
            await resend_message(connection, organisation_id, message.id)
    assert refused.value.code == "message-not-resendable"


@pytest.mark.parametrize("outcome", ["failed", "unknown"])
async def test_a_code_that_was_not_sent_is_kept_no_longer_than_it_is_tried(
    database: Database, organisation_id: UUID, session: Session, outcome: Any
) -> None:
    await send(database, candidate(session, organisation_id), session)
    async with database.transaction(organisation_id) as connection:
        [message] = await messages(connection, session)
        for result in ("queued", outcome):
            assert await sent_code(connection, session.id)  # another try needs it
            claimed = await claim_message(connection, message.id, Directory())
            assert claimed is not None
            await settle_message(connection, message.id, claimed.attempt, result, "Because.")
        with pytest.raises(AssertionError, match="no code"):
            await sent_code(connection, session.id)
        with pytest.raises(Conflict, match="asks for another"):
            await resend_message(connection, organisation_id, message.id)


async def test_a_code_that_would_come_too_late_is_not_sent(
    database: Database, organisation_id: UUID, session: Session
) -> None:
    await send(database, candidate(session, organisation_id), session)
    await age(database, session, 10.1)
    async with database.transaction(organisation_id) as connection:
        [message] = await messages(connection, session)
        assert await claim_message(connection, message.id, Directory()) is None
        [message] = await messages(connection, session)
        assert (message.state, message.reason) == ("cancelled", "Its code did not hold any more before it was sent.")
        with pytest.raises(AssertionError, match="no code"):
            await sent_code(connection, session.id)


async def test_what_cannot_be_sent_says_why(database: Database, organisation_id: UUID, session: Session) -> None:
    async with database.transaction(organisation_id) as connection:
        await change_candidate(connection, session.candidate_id, ANY_VERSION, CandidateChanges(phone=None))
        with pytest.raises(Conflict) as refused:
            await send_code(connection, session.id, "sms")
        assert refused.value.code == "address-missing"
        assert [(found.channel, found.masked) for found in await addresses(connection, session.candidate_id)] == [
            ("mail", "a•••@example.org")
        ]
        await change_policy(connection, session.interview_id, ANY_VERSION, PolicySettings(one_time_code="off"))
        with pytest.raises(Conflict) as refused:
            await send_code(connection, session.id, "mail")
        assert refused.value.code == "code-not-asked"
        await withdraw_session(connection, session.id)
        with pytest.raises(Conflict) as refused:
            await send_code(connection, session.id, "mail")
        assert refused.value.code == "session-withdrawn"
        with pytest.raises(Conflict) as refused:
            await verify_code(connection, session.id, "123456")
        assert refused.value.code == "session-withdrawn"


async def test_nobody_verifies_anothers_session(
    database: Database, organisation_id: UUID, session: Session, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        other: Session = await build.session(connection)
    stranger = candidate(other, organisation_id)
    _, code = await send(database, candidate(session, organisation_id), session)
    with pytest.raises(NotFound):
        await verify(database, stranger, session, code)
    with pytest.raises(NotFound):
        await send(database, stranger, session)
    async with database.transaction(stranger) as connection:
        rows = await connection.execute(b"SELECT FROM identity_codes")
        assert await rows.fetchall() == []


async def test_a_candidate_records_only_once_verified_and_an_enterprise_at_once(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        await change_policy(connection, None, ANY_VERSION, PolicySettings(one_time_code="required"))
        sat, uploaded = await build.session(connection), await build.session(connection)
        await change_candidate(connection, sat.candidate_id, ANY_VERSION, CandidateChanges(email=EMAIL))
    actor = candidate(sat, organisation_id)
    async with database.transaction(actor) as connection:
        with pytest.raises(Conflict) as refused:
            await start_take(connection, sat.id, 1, "video/webm")
    assert refused.value.code == "identity-unverified"
    async with database.transaction(system(organisation_id)) as connection:
        assert (await start_take(connection, uploaded.id, 1, "video/webm")).number == 1
    _, code = await send(database, actor, sat)
    assert await verify(database, actor, sat, code) is None
    async with database.transaction(actor) as connection:
        assert (await start_take(connection, sat.id, 1, "video/webm")).number == 1


async def test_a_code_outlives_the_rotation_of_its_key(
    database: Database, organisation_id: UUID, session: Session, storage_settings: StorageSettings
) -> None:
    actor = candidate(session, organisation_id)
    _, code = await send(database, actor, session)
    keys = f"{Fernet.generate_key().decode()},{storage_settings.field_keys.get_secret_value()}"
    async with Database(storage_settings.model_copy(update={"field_keys": SecretStr(keys)})) as rotated:
        assert await verify(rotated, actor, session, wrong_code(code)) == "code-wrong"
        assert await verify(rotated, actor, session, code) is None


async def test_codes_and_verdicts_go_with_what_was_found_of_a_session(
    database: Database, media: MediaStore, organisation_id: UUID, session: Session
) -> None:
    await send(database, candidate(session, organisation_id), session)
    async with database.operator() as connection:
        await connection.execute(
            b"INSERT INTO identity_checks (organisation_id, session_id, reference, verdict, reason, model)"
            b" VALUES (%s, %s, 'photo', 'match', 'same_person', 'a model')",
            [organisation_id, session.id],
        )
    held = await holdings(database, media, organisation_id, session.candidate_id)
    assert (held["identity_codes"], held["identity_checks"]) == (1, 1)
    async with database.transaction(organisation_id) as connection:
        await delete_analysis(connection, session.id)
    held = await holdings(database, media, organisation_id, session.candidate_id)
    assert (held["identity_codes"], held["identity_checks"]) == (0, 0)


async def test_an_export_tells_when_codes_were_sent_and_nothing_to_guess_them_by(
    database: Database, media: MediaStore, organisation_id: UUID, session: Session
) -> None:
    _, code = await send(database, candidate(session, organisation_id), session)
    blocks = [block async for block in export_candidate(database, media, organisation_id, session.candidate_id)]
    archive = zipfile.ZipFile(io.BytesIO(b"".join(blocks)))
    [row] = json.loads(archive.read("identity_codes.json"))
    assert row["channel"] == "mail" and "code_hash" not in row
    [message] = json.loads(archive.read("messages.json"))
    assert message["kind"] == "identity_code" and "code" not in message and code not in json.dumps(message)


@pytest.mark.parametrize(
    ("channel", "address", "masked"),
    [
        ("mail", "ada@example.org", "a•••@example.org"),
        ("mail", "李@example.cn", "李•••@example.cn"),
        ("mail", '"a@b"@example.org', '"•••@example.org'),
        ("sms", "+8613800138000", "•••8000"),
        ("sms", "+35699123", "•••23"),
    ],
)
def test_a_masked_address_shows_its_owner_enough(channel: Channel, address: str, masked: str) -> None:
    assert mask(channel, address) == masked
