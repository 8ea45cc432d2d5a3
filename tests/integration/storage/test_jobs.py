"""The durable queue: jobs run, are tried again, outlive their worker, and are given up aloud."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from storage.database import Database
from storage.errors import Unavailable
from storage.jobs import worker as jobs
from storage.jobs.queue import PROCESS_SESSION
from storage.sessions.records import Submission
from storage.sessions.transactions import submit_session
from storage.settings import StorageSettings

pytestmark = pytest.mark.integration

HASTY = replace(PROCESS_SESSION, waits_s=(1, 1))


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_HEARTBEAT_S", 0.2)
    monkeypatch.setattr(jobs, "_DEAD_AFTER_S", 1.0)


@pytest.fixture
async def session_id(database: Database, organisation_id: UUID, build: Any) -> UUID:
    """A submitted session, the only one with a job."""
    async with database.operator() as connection:
        await connection.execute(b"DELETE FROM procrastinate_jobs")
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        await build.stored_take(connection, session)
        await submit_session(connection, organisation_id, session.id, Submission())
    return UUID(str(session.id))


class Record:
    """What a worker did."""

    def __init__(self, outcomes: list[Exception | None]) -> None:
        self.outcomes = outcomes
        self.tried: list[tuple[UUID, UUID]] = []
        self.given_up: list[tuple[UUID, UUID, str]] = []

    async def process(self, organisation_id: UUID, session_id: UUID) -> None:
        self.tried.append((organisation_id, session_id))
        if (outcome := self.outcomes[len(self.tried) - 1]) is not None:
            raise outcome

    async def give_up(self, organisation_id: UUID, session_id: UUID, reason: str) -> None:
        self.given_up.append((organisation_id, session_id, reason))


@asynccontextmanager
async def working(
    settings: StorageSettings,
    process: Callable[[UUID, UUID], Awaitable[None]],
    give_up: Callable[[UUID, UUID, str], Awaitable[None]],
) -> AsyncIterator[None]:
    task = asyncio.create_task(jobs.JobWorker(settings, [jobs.Task(HASTY, process, give_up)], concurrency=2).run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.05)


async def unfinished(database: Database) -> int:
    async with database.operator() as connection:
        rows = await connection.execute(
            b"SELECT count(*) AS jobs FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
            b" AND queue_name = 'sessions'"
        )
        row = await rows.fetchone()
    assert row is not None
    return int(row["jobs"])


async def test_a_failed_job_is_tried_again_until_it_is_done(
    storage_settings: StorageSettings, database: Database, organisation_id: UUID, session_id: UUID
) -> None:
    record = Record([OSError("away"), None])
    async with working(storage_settings, record.process, record.give_up):
        await until(lambda: len(record.tried) == 2)
        async with asyncio.timeout(60):
            while await unfinished(database):
                await asyncio.sleep(0.05)
    assert record.tried == [(organisation_id, session_id)] * 2
    assert record.given_up == []


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (Unavailable("recording-missing", "A recording is missing."), "A recording is missing."),
        (ZeroDivisionError("secret words"), "An unexpected error (ZeroDivisionError) stopped the processing 3 times."),
    ],
)
async def test_after_the_last_try_it_is_given_up_with_its_reason(
    storage_settings: StorageSettings,
    database: Database,
    organisation_id: UUID,
    session_id: UUID,
    failure: Exception,
    told: str,
) -> None:
    record = Record([failure] * 3)
    async with working(storage_settings, record.process, record.give_up):
        await until(lambda: bool(record.given_up))
    assert len(record.tried) == 3
    assert record.given_up == [(organisation_id, session_id, told)]


async def test_a_job_of_a_dead_worker_is_taken_over(
    storage_settings: StorageSettings, database: Database, session_id: UUID
) -> None:
    async with database.operator() as connection:
        # As kill -9 leaves it: the job is being done by a worker whose heart has stopped.
        await connection.execute(
            b"WITH dead AS (INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute')"
            b" RETURNING id) UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM dead)"
        )
    record = Record([None])
    async with working(storage_settings, record.process, record.give_up):
        await until(lambda: bool(record.tried))
    assert [tried for _, tried in record.tried] == [session_id]


async def test_a_job_that_kills_its_workers_is_given_up(
    storage_settings: StorageSettings, database: Database, session_id: UUID
) -> None:
    async with database.operator() as connection:
        await connection.execute(
            b"WITH dead AS (INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute')"
            b" RETURNING id)"
            b" UPDATE procrastinate_jobs SET status = 'doing', attempts = 2, worker_id = (SELECT id FROM dead)"
        )
    record = Record([])
    async with working(storage_settings, record.process, record.give_up):
        await until(lambda: bool(record.given_up))
    assert [(given_up, reason) for _, given_up, reason in record.given_up] == [
        (session_id, "Its worker died each time it was processed.")
    ]
    assert await unfinished(database) == 0
