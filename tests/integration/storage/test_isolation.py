"""A second organisation sees nothing of the first, in any table, and cannot point at it either."""

from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from storage.database import Database
from storage.errors import NotFound
from storage.interviews.transactions import create_interview
from storage.paces.transactions import record_paces
from storage.positions.records import NewPosition
from storage.positions.transactions import create_position
from storage.reports.transactions import store_report
from storage.sessions.records import Submission
from storage.sessions.transactions import submit_session
from storage.steps.transactions import StepResult, step_key, store_step

pytestmark = pytest.mark.integration


async def _tables(database: Database) -> list[str]:
    async with database.operator() as connection:
        rows = await connection.execute(
            b"SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        )
        return [row["tablename"] for row in await rows.fetchall()]


async def _visible(database: Database, organisation_id: UUID, table: str) -> list[str]:
    """The rows of a table that the organisation sees, as text."""
    try:
        async with database.transaction(organisation_id) as connection:
            rows = await connection.execute(sql.SQL("SELECT t::text AS row FROM {} t").format(sql.Identifier(table)))
            return [row["row"] for row in await rows.fetchall()]
    except psycopg.errors.InsufficientPrivilege:
        return []


async def _fill(database: Database, organisation_id: UUID, build: Any) -> UUID:
    """One row at least in every table an organisation writes to; the session's id."""
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        await build.stored_take(connection, session)
        await submit_session(connection, organisation_id, session.id, Submission())
        await store_step(connection, step_key("test", {}), "test", StepResult({}, 0.0))
        await store_report(connection, session.id, {})
        await record_paces(connection, session.id, [120.0])
    return session.id


async def test_a_second_organisation_sees_nothing_of_the_first_in_any_table(
    database: Database, organisation_id: UUID, other_organisation_id: UUID, build: Any
) -> None:
    await _fill(database, organisation_id, build)
    own = {table: await _visible(database, organisation_id, table) for table in await _tables(database)}
    written = {table for table, rows in own.items() if rows}
    assert written >= {
        "organisations", "api_keys", "positions", "interviews", "dimensions", "questions", "candidates", "sessions",
        "takes", "chunks", "steps", "reports", "events", "paces", "procrastinate_jobs", "procrastinate_events",
    }  # fmt: skip
    for table in own:
        others = await _visible(database, other_organisation_id, table)
        assert not set(own[table]) & set(others), table
        assert not any(str(organisation_id) in row for row in others), table


async def test_every_table_of_ours_is_under_row_level_security(database: Database) -> None:
    async with database.operator() as connection:
        rows = await connection.execute(
            b"SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
            b" WHERE nspname = 'public' AND relkind = 'r' AND NOT relrowsecurity"
        )
        unprotected = {row["relname"] for row in await rows.fetchall()}
    # The migration tool's own tables hold no organisation's data, and parley_app may not read them.
    assert all(name.startswith(("_yoyo", "yoyo")) for name in unprotected), unprotected


async def test_without_an_organisation_nothing_is_seen(database: Database, organisation_id: UUID, build: Any) -> None:
    await _fill(database, organisation_id, build)
    async with database.operator() as connection:
        await connection.execute(b"SET LOCAL ROLE parley_app")
        rows = await connection.execute(b"SELECT * FROM sessions")
        assert await rows.fetchall() == []


async def test_one_organisation_cannot_point_at_anothers_rows(
    database: Database, organisation_id: UUID, other_organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        position = await create_position(connection, NewPosition(title="Team lead"))
    async with database.transaction(other_organisation_id) as connection:
        with pytest.raises(NotFound):
            await create_interview(connection, build.interview(position.id))
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        async with database.transaction(other_organisation_id) as connection:
            await connection.execute(
                b"INSERT INTO interviews (organisation_id, position_id, title, language, opens_at, closes_at,"
                b" minutes_per_candidate, takes_allowed)"
                b" VALUES (current_organisation(), %s, 'x', 'en', now(), now() + interval '1 hour', 1, 1)",
                [position.id],
            )


async def test_an_organisation_cannot_write_as_another(
    database: Database, organisation_id: UUID, other_organisation_id: UUID
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with database.transaction(organisation_id) as connection:
            await connection.execute(
                b"INSERT INTO positions (organisation_id, title, headcount, sites) VALUES (%s, 'x', 1, '{}')",
                [other_organisation_id],
            )


async def test_reports_cannot_be_changed(database: Database, organisation_id: UUID, build: Any) -> None:
    session_id = await _fill(database, organisation_id, build)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with database.transaction(organisation_id) as connection:
            await connection.execute(b"UPDATE reports SET document = '{}' WHERE session_id = %s", [session_id])
