"""A candidate withdraws, reports that are late are told once, and paces become a position's norm."""

from typing import Any
from uuid import UUID

import pytest

from storage.database import Database
from storage.errors import Conflict
from storage.events.transactions import events_after
from storage.interviews.transactions import get_interview
from storage.paces.transactions import pace_norm, record_paces
from storage.reports.transactions import newest_report, store_report
from storage.sessions.delays import tell_late_reports
from storage.sessions.records import Submission
from storage.sessions.transactions import get_session, submit_session, withdraw_session
from storage.takes.transactions import get_take

pytestmark = pytest.mark.integration


async def test_withdrawing_abandons_what_is_recorded_and_may_be_repeated(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        take = await build.take(connection, session)
        assert [(await withdraw_session(connection, session.id)).state for _ in range(2)] == ["withdrawn"] * 2
        assert (await get_take(connection, take.id)).state == "abandoned"
        with pytest.raises(Conflict) as refused:
            await submit_session(connection, organisation_id, session.id, Submission())
    assert refused.value.code == "session-withdrawn"


async def test_a_submitted_session_can_be_withdrawn_and_gets_no_report(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        await build.stored_take(connection, session)
        await submit_session(connection, organisation_id, session.id, Submission())
        await withdraw_session(connection, session.id)
        assert not await store_report(connection, session.id, {})
        assert await newest_report(connection, session.id) is None
        assert (await get_session(connection, session.id)).state == "withdrawn"


async def test_a_reported_session_cannot_be_withdrawn(database: Database, organisation_id: UUID, build: Any) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        await build.stored_take(connection, session)
        await submit_session(connection, organisation_id, session.id, Submission())
        assert await store_report(connection, session.id, {})
        with pytest.raises(Conflict) as refused:
            await withdraw_session(connection, session.id)
    assert refused.value.code == "session-reported"


async def test_a_late_report_is_told_once(database: Database, organisation_id: UUID, build: Any) -> None:
    async with database.transaction(organisation_id) as connection:
        late, open_ = await build.session(connection), await build.session(connection)
        await build.stored_take(connection, late)
        await submit_session(connection, organisation_id, late.id, Submission())

    await tell_late_reports(database, after_s=60.0)
    assert await _delays(database, organisation_id, late.id) == []
    for _ in range(2):
        await tell_late_reports(database, after_s=0.0)
    assert await _delays(database, organisation_id, late.id) == ["report-waits"]
    assert await _delays(database, organisation_id, open_.id) == []


async def test_a_position_has_a_pace_norm_once_enough_answers_are_known(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        interview = await get_interview(connection, session.interview_id)
        await record_paces(connection, session.id, [float(pace) for pace in range(100, 129)])
        assert await pace_norm(connection, interview.position_id, interview.language) is None
        await record_paces(connection, session.id, [129.0])
        norm = await pace_norm(connection, interview.position_id, interview.language)
        other = {"zh": "en", "en": "zh"}[interview.language]
        assert await pace_norm(connection, interview.position_id, other) is None
    assert norm is not None
    assert (norm.answers, norm.median) == (30, 114.5)
    assert (norm.low, norm.high) == pytest.approx((101.45, 127.55))


async def _delays(database: Database, organisation_id: UUID, session_id: UUID) -> list[str]:
    async with database.transaction(organisation_id) as connection:
        events = await events_after(connection, session_id, 0)
    return [event.data["reason"] for event in events if event.kind == "delay"]
