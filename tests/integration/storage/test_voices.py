"""Publishing has an interview's questions rendered; who may hear them."""

from typing import Any
from uuid import UUID

import psycopg
import pytest

from storage.access import SCOPES, Actor
from storage.database import Connection, Database
from storage.interviews.records import Dimension, InterviewChanges
from storage.interviews.transactions import change_interview, create_interview, publish_interview
from storage.members.records import NewMember
from storage.members.transactions import create_member
from storage.positions.records import NewPosition
from storage.positions.transactions import add_manager, create_position
from storage.sessions.records import Session
from storage.voices.records import NewVoice, voice_content, voice_key
from storage.voices.transactions import find_voice, keep_voice, question_texts, question_voices

pytestmark = pytest.mark.integration

VOICE = NewVoice(voice_content("An upset customer?", "en", "an engine"), "audio/mpeg", 4000, 1.5, "an engine")


async def queued(connection: Connection, interview_id: UUID) -> int:
    """The rendering jobs of an interview."""
    rows = await connection.execute(
        b"SELECT 1 FROM procrastinate_jobs WHERE queue_name = 'voices' AND args ->> 'interview_id' = %s",
        [str(interview_id)],
    )
    return len(await rows.fetchall())


async def test_publishing_queues_the_rendering_once(database: Database, organisation_id: UUID, build: Any) -> None:
    async with database.transaction(organisation_id) as connection:
        position = await create_position(connection, NewPosition(title="Clerk"))
        at_once = await create_interview(connection, build.interview(position.id))
        assert await queued(connection, at_once.id) == 1
        draft = await create_interview(connection, build.interview(position.id, state="draft"))
        assert await queued(connection, draft.id) == 0
        await publish_interview(connection, draft.id)
        await publish_interview(connection, draft.id)
        assert await queued(connection, draft.id) == 1


async def test_what_is_not_published_is_not_queued_either(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.transaction(organisation_id) as connection:
            position = await create_position(connection, NewPosition(title="Clerk"))
            interview = await create_interview(connection, build.interview(position.id))
            raise ZeroDivisionError
    async with database.transaction(organisation_id) as connection:
        assert await queued(connection, interview.id) == 0


async def test_a_draft_asks_nothing_and_a_published_interview_asks_in_order(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        position = await create_position(connection, NewPosition(title="Clerk"))
        interview = await create_interview(connection, build.interview(position.id, state="draft"))
        assert await question_texts(connection, interview.id) == []
        await publish_interview(connection, interview.id)
        await keep_voice(connection, interview.id, 2, VOICE)
        first, second = await question_texts(connection, interview.id)
        assert (first.number, first.text, first.language, first.content) == (1, "An upset customer?", "en", None)
        assert (second.text, second.content) == ("Your team?", VOICE.content)


async def test_a_voice_is_kept_found_and_replaced(database: Database, organisation_id: UUID, build: Any) -> None:
    async with database.transaction(organisation_id) as connection:
        session: Session = await build.session(connection)
        assert await find_voice(connection, VOICE.content) is None
        await keep_voice(connection, session.interview_id, 1, VOICE)
        assert await find_voice(connection, VOICE.content) == VOICE
        other = NewVoice(voice_content("An upset customer?", "en", "another engine"), "audio/mpeg", 5, 2.0, "another")
        await keep_voice(connection, session.interview_id, 1, other)
        clips = await question_voices(connection, session.interview_id)
        assert list(clips) == [1]
        clip = clips[1]
        assert (clip.key, clip.content_type) == (voice_key(organisation_id, other.content), "audio/mpeg")
        assert (clip.size, clip.seconds, clip.engine) == (5, 2.0, "another")


async def test_a_changed_draft_has_no_voice_of_an_old_question(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        position = await create_position(connection, NewPosition(title="Clerk"))
        draft = await create_interview(connection, build.interview(position.id, state="draft"))
        await keep_voice(connection, draft.id, 1, VOICE)
        other = build.interview(position.id).questions[1:]
        changes = InterviewChanges(questions=other, dimensions=[Dimension(name="teamwork", weight=100)])
        await change_interview(connection, draft.id, draft.version, changes)
        assert await question_voices(connection, draft.id) == {}


async def test_a_candidate_hears_their_own_interview_alone(
    database: Database, organisation_id: UUID, other_organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        own: Session = await build.session(connection)
        other: Session = await build.session(connection)
        for session in (own, other):
            await keep_voice(connection, session.interview_id, 1, VOICE)
    candidate = Actor(organisation_id, "candidate", None, frozenset(), session_id=own.id)
    async with database.transaction(candidate) as connection:
        assert list(await question_voices(connection, own.interview_id)) == [1]
        assert await question_voices(connection, other.interview_id) == {}
    async with database.transaction(other_organisation_id) as connection:
        assert await question_voices(connection, own.interview_id) == {}
        assert await find_voice(connection, VOICE.content) is None


async def test_a_hiring_manager_hears_their_own_positions_alone(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        manager = await create_member(
            connection,
            NewMember(name="Grace", email="grace@example.org", role="hiring_manager"),
        )
        mine, theirs = [await create_position(connection, NewPosition(title=title)) for title in ("Mine", "Theirs")]
        await add_manager(connection, mine.id, manager.id)
        interviews = [await create_interview(connection, build.interview(each.id)) for each in (mine, theirs)]
        for interview in interviews:
            await keep_voice(connection, interview.id, 1, VOICE)
    actor = Actor(organisation_id, "member", manager.id, SCOPES, positions_of=manager.id)
    async with database.transaction(actor) as connection:
        assert [len(await question_voices(connection, interview.id)) for interview in interviews] == [1, 0]


async def test_a_voice_is_none_of_a_question_that_is_not_there(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        async with database.transaction(organisation_id) as connection:
            session: Session = await build.session(connection)
            await keep_voice(connection, session.interview_id, 3, VOICE)
