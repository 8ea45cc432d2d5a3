"""Signals of the candidate's page: what is kept, how much, and who is told."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from storage.access import Actor
from storage.consents.records import NewConsent
from storage.consents.transactions import get_notice, give_consent
from storage.database import Connection, Database
from storage.errors import Refusal
from storage.events.transactions import events_after
from storage.policies.records import PolicySettings
from storage.policies.transactions import change_policy
from storage.sessions.records import Session
from storage.sessions.transactions import withdraw_session
from storage.signals.records import NewSignal, NewSignals, StoredSignals
from storage.signals.transactions import list_signals, store_signals
from storage.updates import ANY_VERSION

pytestmark = pytest.mark.integration


def signal(**fields: Any) -> dict[str, Any]:
    return {"kind": "tab_hidden", "start_s": 1.0, "end_s": 2.5} | fields


async def store(connection: Connection, session: Session, *items: dict[str, Any]) -> StoredSignals:
    return await store_signals(connection, session.id, NewSignals(items=[NewSignal(**item) for item in items]))


async def refused(connection: Connection, session: Session, item: dict[str, Any]) -> str:
    with pytest.raises(Refusal) as refusal:
        await store(connection, session, item)
    return refusal.value.code


async def test_signals_are_kept_with_their_take_and_told_as_observations(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        take = await build.take(connection, session, 2)
        # The take knows its question.
        assert (await store(connection, session, signal(take_id=take.id, question_number=1))).stored == 1
        await store(connection, session, signal(kind="paste", question_number=1, start_s=0, end_s=0, detail=340))
        await store(connection, session, signal(kind="device_changed"))
        kept = await list_signals(connection, session.id)
        events = [event for event in await events_after(connection, session.id, 0) if event.kind == "observation"]
    assert [(one.kind, one.take_id, one.question_number, one.detail) for one in kept] == [
        ("tab_hidden", take.id, 2, None),
        ("paste", None, 1, 340),
        ("device_changed", None, None, None),
    ]
    assert (kept[0].start_s, kept[0].end_s) == (1.0, 2.5)
    assert [event.data["question_number"] for event in events] == [2, 1, None]
    assert events[0].data["take_id"] == str(take.id)
    assert events[1].data["observation"] == {
        "kind": "paste", "start": 0.0, "end": 0.0, "value": 340, "label": "page", "confidence": 1.0
    }  # fmt: skip


async def test_candidates_tell_and_are_not_told(database: Database, organisation_id: UUID, build: Any) -> None:
    async with database.transaction(organisation_id) as connection:
        own, other = await build.session(connection), await build.session(connection)
        take = await build.take(connection, other)
    async with database.transaction(Actor(organisation_id, "candidate", uuid4(), frozenset(), session_id=own.id)) as c:
        assert (await store(c, own, signal())).stored == 1
        assert {event.kind for event in await events_after(c, own.id, 0)} & {"observation"} == set()
        assert await refused(c, own, signal(take_id=take.id)) == "take-not-found"
        assert await refused(c, other, signal()) == "session-not-found"


async def test_a_session_keeps_500_and_drops_the_rest(database: Database, organisation_id: UUID, build: Any) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        counts = [(await store(connection, session, *[signal()] * 90)).stored for _ in range(6)]
        assert counts == [90, 90, 90, 90, 90, 50]
        assert (await store(connection, session, signal())).stored == 0
        assert len(await list_signals(connection, session.id)) == 500


async def test_nothing_is_noted_before_a_consent_after_the_end_or_of_what_is_not_there(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        assert await refused(connection, session, signal(question_number=3)) == "question-not-found"
        assert await refused(connection, session, signal(take_id=uuid4())) == "take-not-found"
        other = await build.session(connection)
        take = await build.take(connection, other)
        assert await refused(connection, session, signal(take_id=take.id)) == "take-not-found"
        await withdraw_session(connection, session.id)
        assert await refused(connection, session, signal()) == "session-withdrawn"
        await change_policy(connection, None, ANY_VERSION, PolicySettings(consent="required"))
        assert await refused(connection, await build.session(connection), signal()) == "consent-missing"


async def test_who_declines_the_ai_is_not_noted(database: Database, organisation_id: UUID, build: Any) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        notice = await get_notice(connection, session.id, "en")
        consent = NewConsent(language="en", notice_sha256=notice.sha256, choice="decline_ai")
        actor = Actor(organisation_id, "candidate", uuid4(), frozenset(), session_id=session.id)
        await give_consent(connection, actor, session.id, consent)
        assert (await store(connection, session, signal())).stored == 0
        assert await list_signals(connection, session.id) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "frown"}, {"start_s": -1}, {"end_s": 0.5}, {"end_s": float("nan")}, {"end_s": 90_000}, {"detail": -1},
        {"question_number": 0}, {"text": "x"},
    ],
)  # fmt: skip
def test_what_is_no_signal_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        NewSignal(**(signal() | changes))
