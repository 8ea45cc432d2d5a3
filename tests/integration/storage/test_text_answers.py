"""Written answers: who may write, what counts, and what becomes of it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from storage.access import Actor
from storage.accommodations.records import AccommodationDecision
from storage.accommodations.transactions import decide_accommodation
from storage.database import Connection, Database
from storage.errors import Conflict, Invalid, NotFound, Refusal
from storage.policies.records import PolicySettings
from storage.policies.transactions import change_policy
from storage.sessions.expiry import end_sessions
from storage.sessions.records import Session, Submission
from storage.sessions.transactions import get_session, submit_session
from storage.takes.transactions import list_answers, session_answers
from storage.text_answers.records import NewTextAnswer
from storage.text_answers.transactions import counting_texts, get_text_answer, store_text_answer, text_answers
from storage.updates import ANY_VERSION

pytestmark = pytest.mark.integration

TEXT = "I listened, and then I solved it."


async def writing_session(connection: Connection, build: Any, **changes: Any) -> Session:
    """A session whose candidate may write."""
    session: Session = await build.session(connection, **changes)
    await decide_accommodation(connection, session.id, AccommodationDecision(granted=True, text_answers=True))
    return session


async def write(connection: Connection, session: Session, text: str = TEXT, number: int = 1) -> None:
    await store_text_answer(connection, session.id, number, NewTextAnswer(text=text))


async def refused(connection: Connection, session: Session, text: str = TEXT, number: int = 1) -> str:
    with pytest.raises(Refusal) as refusal:
        await write(connection, session, text, number)
    return refusal.value.code


async def test_the_newest_text_stands_and_the_session_is_answering(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await writing_session(connection, build)
        for version, text in enumerate(["Draft", TEXT], start=1):
            stored = await store_text_answer(connection, session.id, 1, NewTextAnswer(text=text))
            assert (stored.question_number, stored.version) == (1, version)
            assert "text" not in type(stored).model_fields
        found = await get_text_answer(connection, session.id, 1)
        assert (found.text, found.version, found.stored_at) == (TEXT, 2, stored.stored_at)
        assert (await get_session(connection, session.id)).state == "answering"
        with pytest.raises(NotFound):
            await get_text_answer(connection, session.id, 2)


async def test_only_a_granted_accommodation_lets_write(database: Database, organisation_id: UUID, build: Any) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        assert await refused(connection, session) == "text-answers-not-granted"
        for decision in (
            AccommodationDecision(granted=True, extra_time_percent=50),
            AccommodationDecision(granted=False, text_answers=True),
        ):
            await decide_accommodation(connection, session.id, decision)
            assert await refused(connection, session) == "text-answers-not-granted"
        await decide_accommodation(connection, session.id, AccommodationDecision(granted=True, text_answers=True))
        await write(connection, session)


async def test_the_rules_of_takes_hold_for_texts(database: Database, organisation_id: UUID, build: Any) -> None:
    past = datetime.now(UTC) - timedelta(hours=2)
    async with database.transaction(organisation_id) as connection:
        session = await writing_session(connection, build)
        assert await refused(connection, session, number=3) == "question-not-found"
        over = await writing_session(connection, build, opens_at=past, closes_at=past + timedelta(hours=1))
        assert await refused(connection, over) == "interview-closed"
        await write(connection, session)
        await submit_session(connection, organisation_id, session.id, Submission())
        assert await refused(connection, session) == "session-submitted"
        await change_policy(connection, None, ANY_VERSION, PolicySettings(consent="required"))
        unasked = await writing_session(connection, build)
        assert await refused(connection, unasked) == "consent-missing"


async def test_texts_alone_can_be_submitted_and_blank_ones_cannot(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await writing_session(connection, build)
        await write(connection, session, " \n\t ")
        with pytest.raises(Conflict) as blank:
            await submit_session(connection, organisation_id, session.id, Submission())
        assert blank.value.code == "nothing-recorded"
        await write(connection, session)
        assert (await submit_session(connection, organisation_id, session.id, Submission())).state == "submitted"


async def test_what_was_written_is_submitted_when_the_window_ends(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        written, blank = [await writing_session(connection, build) for _ in range(2)]
        await write(connection, written)
        await write(connection, blank, " ")
    async with database.operator() as connection:
        await connection.execute(
            b"UPDATE interviews SET opens_at = now() - interval '2 h', closes_at = now() - interval '1 h'"
            b" WHERE organisation_id = %s",
            [organisation_id],
        )
    while await end_sessions(database, grace_s=60):
        pass
    async with database.transaction(organisation_id) as connection:
        states = [(await get_session(connection, session.id)).state for session in (written, blank)]
    assert states == ["submitted", "expired"]


async def test_the_newest_of_text_and_take_is_the_answer(database: Database, organisation_id: UUID, build: Any) -> None:
    async def answers(session: Session) -> tuple[set[int], set[int], list[bool]]:
        async with database.transaction(organisation_id) as connection:
            takes = {take.question_number for take in await list_answers(connection, session.id)}
            rows = (await session_answers(connection, session.id)).items
            counted = [row.answer_take_id is not None for row in rows]
            return takes, set(await counting_texts(connection, session.id)), counted

    async with database.transaction(organisation_id) as connection:
        session = await writing_session(connection, build)
        await build.stored_take(connection, session)
    assert await answers(session) == ({1}, set(), [True, False])
    async with database.transaction(organisation_id) as connection:
        await write(connection, session)
        await write(connection, session, number=2)
    assert await answers(session) == (set(), {1, 2}, [False, False])
    async with database.transaction(organisation_id) as connection:
        await build.stored_take(connection, session)
        await build.stored_take(connection, session, 2)
        await write(connection, session, " ", 2)
    # A blank text takes the writing back: what was recorded counts.
    assert await answers(session) == ({1, 2}, set(), [True, True])
    async with database.transaction(organisation_id) as connection:
        assert [answer.text for answer in (await text_answers(connection, session.id)).values()] == [TEXT, " "]


async def test_a_text_has_20_000_characters_at_most(database: Database, organisation_id: UUID, build: Any) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await writing_session(connection, build)
        await write(connection, session, "字" * 20_000)
    with pytest.raises(ValueError, match="20000"):
        NewTextAnswer(text="字" * 20_001)
    with pytest.raises(psycopg.errors.CheckViolation):
        async with database.transaction(organisation_id) as connection:
            await connection.execute(b"UPDATE text_answers SET text = repeat('x', 20001)")
    with pytest.raises(Invalid):
        async with database.transaction(organisation_id) as connection:
            await write(connection, session, "a\x00b")


async def test_a_candidate_sees_and_writes_their_own_texts_alone(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        own, other = [await writing_session(connection, build) for _ in range(2)]
        await write(connection, other)
    candidate = Actor(organisation_id, "candidate", uuid4(), frozenset(), session_id=own.id)
    async with database.transaction(candidate) as connection:
        await write(connection, own)
        assert (await get_text_answer(connection, own.id, 1)).text == TEXT
        assert await text_answers(connection, other.id) == {}
        assert await refused(connection, other) == "session-not-found"
