"""The rules of hiring: what storage refuses, and that two racing requests cannot both win."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from storage.database import Database
from storage.errors import Conflict, Invalid, NotFound
from storage.events.transactions import record_event
from storage.interviews.transactions import create_interview
from storage.positions.records import NewPosition
from storage.positions.transactions import create_position
from storage.reports.transactions import newest_report, store_report
from storage.sessions.records import Submission
from storage.sessions.transactions import get_session, lock_session, move_session, submit_session
from storage.takes.records import Finish
from storage.takes.transactions import finish_take, list_answers

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"dimensions": [{"name": "service", "weight": 60}, {"name": "teamwork", "weight": 39}]}, "weights-not-100"),
        ({"dimensions": [{"name": "service", "weight": 50}] * 2}, "dimension-repeated"),
        ({"dimensions": [{"name": "service", "weight": 100}]}, "dimension-unknown"),
        (
            {"questions": [{"dimension": "service", "text": "?", "rubric": [{"text": "listens"}]}]},
            "dimension-unasked",
        ),
        ({"closes_at": datetime(2020, 1, 1, tzinfo=UTC)}, "window-invalid"),
    ],
)
async def test_an_interview_that_breaks_a_rule_is_refused(
    database: Database, organisation_id: UUID, build: Any, changes: dict[str, Any], code: str
) -> None:
    async with database.transaction(organisation_id) as connection:
        position = await create_position(connection, NewPosition(title="Team lead"))
        with pytest.raises(Invalid) as refused:
            await create_interview(connection, build.interview(position.id, **changes))
    assert refused.value.code == code


async def test_an_interview_of_an_unknown_position_is_refused(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        with pytest.raises(NotFound):
            await create_interview(connection, build.interview(uuid4()))


async def test_the_newest_stored_take_is_the_answer_and_takes_run_out(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        for _ in range(2):
            newest = await build.stored_take(connection, session)
        assert [answer.id for answer in await list_answers(connection, session.id)] == [newest.id]
        with pytest.raises(Conflict, match="2 takes already"):
            await build.take(connection, session)


async def test_a_new_take_abandons_an_unfinished_one(database: Database, organisation_id: UUID, build: Any) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        first = await build.take(connection, session)
        await build.take(connection, session)
        with pytest.raises(Conflict) as refused:
            await finish_take(connection, first.id, Finish(chunks=1))
    assert refused.value.code == "take-abandoned"


async def test_a_closed_interview_takes_no_recording(database: Database, organisation_id: UUID, build: Any) -> None:
    past = datetime.now(UTC) - timedelta(hours=2)
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection, opens_at=past, closes_at=past + timedelta(hours=1))
        with pytest.raises(Conflict) as refused:
            await build.take(connection, session)
    assert refused.value.code == "interview-closed"


async def test_submitting_needs_an_answer_and_finished_uploads(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        with pytest.raises(Conflict) as empty:
            await submit_session(connection, organisation_id, session.id, Submission())
        await build.stored_take(connection, session)
        await build.take(connection, session, 2)
        with pytest.raises(Conflict) as unfinished:
            await submit_session(connection, organisation_id, session.id, Submission())
        submitted = await submit_session(connection, organisation_id, session.id, Submission(abandon_unfinished=True))
    assert (empty.value.code, unfinished.value.code) == ("nothing-recorded", "uploads-unfinished")
    assert submitted.state == "submitted"


async def test_racing_submissions_queue_one_job(database: Database, organisation_id: UUID, build: Any) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        await build.stored_take(connection, session)

    async def submit() -> str:
        async with database.transaction(organisation_id) as connection:
            return (await submit_session(connection, organisation_id, session.id, Submission())).state

    assert await asyncio.gather(*(submit() for _ in range(5))) == ["submitted"] * 5
    async with database.transaction(organisation_id) as connection:
        jobs = await connection.execute(
            b"SELECT count(*) AS jobs FROM procrastinate_jobs WHERE args ->> 'session_id' = %s", [str(session.id)]
        )
        assert (await jobs.fetchone()) == {"jobs": 1}


async def test_a_submission_that_rolls_back_queues_nothing(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        await build.stored_take(connection, session)
    with pytest.raises(RuntimeError):
        async with database.transaction(organisation_id) as connection:
            await submit_session(connection, organisation_id, session.id, Submission())
            raise RuntimeError
    async with database.transaction(organisation_id) as connection:
        assert (await get_session(connection, session.id)).state == "answering"
        jobs = await connection.execute(
            b"SELECT 1 FROM procrastinate_jobs WHERE args ->> 'session_id' = %s", [str(session.id)]
        )
        assert await jobs.fetchone() is None


async def test_the_database_refuses_a_transition_that_does_not_exist(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
    with pytest.raises(psycopg.errors.CheckViolation):
        async with database.transaction(organisation_id) as connection:
            await move_session(connection, session.id, "reported")


async def test_a_report_is_stored_exactly_once(database: Database, organisation_id: UUID, build: Any) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        await build.stored_take(connection, session)
        await submit_session(connection, organisation_id, session.id, Submission())

    async def store(score: int) -> None:
        async with database.transaction(organisation_id) as connection:
            await store_report(connection, session.id, {"score": score})

    await asyncio.gather(*(store(score) for score in range(4)))
    async with database.transaction(organisation_id) as connection:
        report = await newest_report(connection, session.id)
        assert report is not None and report.version == 1
        assert (await get_session(connection, session.id)).state == "reported"
        count = await connection.execute(b"SELECT count(*) AS reports FROM reports WHERE session_id = %s", [session.id])
        assert await count.fetchone() == {"reports": 1}


async def test_an_event_is_recorded_while_the_session_is_held(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    """Both lock the session's order of events and refer to its row: neither may wait for the other in a circle."""
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)

    async def tell() -> None:
        async with database.transaction(organisation_id) as connection:
            await record_event(connection, session.id, "transcript", {"text": "so"})

    async with asyncio.timeout(10), database.transaction(organisation_id) as connection:
        await lock_session(connection, session.id)
        await tell()
        await record_event(connection, session.id, "state", {"state": "answering"})
