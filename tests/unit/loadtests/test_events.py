"""Following a session's live events."""

import time
from datetime import UTC, datetime

import pytest
from unit.loadtests.fake_front import KEY, FakeFront

from loadtests.events import LiveEvent, follow
from loadtests.refused import Refused

pytestmark = pytest.mark.unit


async def first(count: int, front: FakeFront, after: int = 0) -> list[LiveEvent]:
    events = follow(front.url, KEY, "s", after)
    try:
        return [await anext(events) for _ in range(count)]
    finally:
        await events.aclose()


@pytest.fixture
def front_with_events(front: FakeFront) -> FakeFront:
    front.events = [
        {"id": 10 * n, "kind": "transcript", "data": {"text": f"说 {n}"}, "created_at": "2026-01-01T00:00:00Z"}
        for n in range(1, 5)
    ]
    return front


async def test_events_come_with_kind_data_and_times(front_with_events: FakeFront) -> None:
    began = time.monotonic()
    events = await first(4, front_with_events)
    assert [event.id for event in events] == [10, 20, 30, 40]
    assert (events[0].kind, events[0].data) == ("transcript", {"text": "说 1"})
    assert events[0].created_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert began < events[0].received_at <= events[3].received_at < time.monotonic()


async def test_what_came_before_is_not_replayed(front_with_events: FakeFront) -> None:
    assert [event.id for event in await first(2, front_with_events, after=20)] == [30, 40]


async def test_a_lost_connection_goes_on_where_it_was(front_with_events: FakeFront) -> None:
    front_with_events.events_per_connection = 2
    front_with_events.overload["events"] = [(503, 0)]
    assert [event.id for event in await first(4, front_with_events)] == [10, 20, 30, 40]
    assert front_with_events.seen["events"] == 3


async def test_a_refusal_is_raised(front: FakeFront) -> None:
    with pytest.raises(Refused, match="unauthenticated"):
        await anext(follow(front.url, "wrong", "s"))
