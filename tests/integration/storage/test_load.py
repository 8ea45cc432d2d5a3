"""What the number of workers goes by: jobs that wait, and candidates who are invited."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from storage.database import Database
from storage.jobs.backlog import Backlog, read_backlog
from storage.sessions.records import BookedWindow, Submission
from storage.sessions.transactions import booked_windows, move_session, submit_session

pytestmark = pytest.mark.integration

_SESSIONS = b"SELECT id FROM procrastinate_jobs WHERE queue_name = 'sessions' ORDER BY id"

# Nobody else's interviews take so long.
MINUTES = 77


async def submit(database: Database, organisation_id: UUID, build: Any) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        await build.stored_take(connection, session)
        await submit_session(connection, organisation_id, session.id, Submission())


async def test_the_backlog_is_what_is_due_of_all_organisations(
    database: Database, organisation_id: UUID, other_organisation_id: UUID, build: Any
) -> None:
    async with database.operator() as connection:
        await connection.execute(b"DELETE FROM procrastinate_jobs")
        assert await read_backlog(connection) == Backlog(waiting=0, working=0, oldest_s=0.0)
    for organisation in (organisation_id, organisation_id, other_organisation_id, other_organisation_id):
        await submit(database, organisation, build)
    async with database.operator() as connection:
        rows = await (await connection.execute(_SESSIONS)).fetchall()
        worked_on, to_be_tried_again, oldest, _ = (row["id"] for row in rows)
        await connection.execute(b"UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [worked_on])
        await connection.execute(
            b"UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 minute' WHERE id = %s",
            [to_be_tried_again],
        )
        await connection.execute(
            b"UPDATE procrastinate_events SET at = now() - interval '30 s' WHERE job_id = ANY(%s)",
            [[worked_on, oldest]],
        )
        backlog = await read_backlog(connection)
    assert (backlog.waiting, backlog.working) == (2, 1)
    assert 30 <= backlog.oldest_s < 40


async def windows(database: Database, within_s: float) -> list[BookedWindow]:
    async with database.operator() as connection:
        found = await booked_windows(connection, within_s)
    return [window for window in found if window.minutes_per_candidate == MINUTES]


async def test_windows_are_booked_by_candidates_who_have_not_submitted(
    database: Database, organisation_id: UUID, other_organisation_id: UUID, build: Any
) -> None:
    now = datetime.now(UTC)
    opens_at, closes_at = now + timedelta(minutes=30), now + timedelta(hours=2)
    soon = {"opens_at": opens_at, "closes_at": closes_at, "minutes_per_candidate": MINUTES}
    async with database.transaction(organisation_id) as connection:
        await build.session(connection, **soon)
    async with database.transaction(other_organisation_id) as connection:
        session = await build.session(connection, **soon)
    assert await windows(database, within_s=600) == []
    booked = BookedWindow(**soon, candidates=1)
    assert await windows(database, within_s=3600) == [booked, booked]
    async with database.transaction(other_organisation_id) as connection:
        await move_session(connection, session.id, "withdrawn")
    assert await windows(database, within_s=3600) == [booked]
