"""Which calls go next, and which are refused."""

from uuid import UUID, uuid4

import pytest

from serving.fair_queue import Claim, FairQueue, Waiting

pytestmark = pytest.mark.unit

FLOOD, OTHER, THIRD = uuid4(), uuid4(), uuid4()


def call(organisation: UUID, cost: float = 1.0, since: float = 0.0, is_final: bool = True) -> Waiting:
    return Waiting(Claim(organisation, is_final, since), cost, arrived=since)


def filled(capacity: float, *calls: Waiting) -> FairQueue[Waiting]:
    queue: FairQueue[Waiting] = FairQueue(capacity)
    for one in calls:
        assert queue.put(one) == []
    return queue


def batches(queue: FairQueue[Waiting], most: float) -> list[list[Waiting]]:
    """All that waits, in batches of at most that cost."""
    found = []
    while len(queue):
        found.append(queue.take(lambda calls: sum(one.cost for one in calls) <= most))
    return found


def test_an_organisation_that_floods_shares_the_next_batch() -> None:
    queue = filled(1000, *(call(FLOOD, since=i) for i in range(100)))
    queue.take(lambda calls: len(calls) <= 4)
    late = [call(OTHER, since=200 + i) for i in range(2)]
    for one in late:
        queue.put(one)
    batch = queue.take(lambda calls: len(calls) <= 4)
    assert set(map(id, late)) <= set(map(id, batch))
    assert len(batch) == 4


def test_organisations_get_equal_cost_whatever_the_size_of_their_calls() -> None:
    queue = filled(1e6, *(call(FLOOD, cost=1.0) for _ in range(400)), *(call(OTHER, cost=10.0) for _ in range(40)))
    cost = {FLOOD: 0.0, OTHER: 0.0}
    while sum(cost.values()) < 300:
        for one in queue.take(lambda calls: sum(one.cost for one in calls) <= 20):
            assert one.claim.organisation_id is not None
            cost[one.claim.organisation_id] += one.cost
    assert abs(cost[FLOOD] - cost[OTHER]) <= 20


def test_who_was_idle_has_saved_nothing_up() -> None:
    queue = filled(1e6, *(call(FLOOD) for _ in range(100)), call(OTHER))
    for _ in range(50):
        queue.take(lambda calls: len(calls) <= 1)
    for _ in range(20):
        queue.put(call(OTHER))
    taken = [queue.take(lambda calls: len(calls) <= 1)[0].claim.organisation_id for _ in range(10)]
    assert 4 <= taken.count(FLOOD) <= 6


def test_final_work_goes_first_and_then_the_oldest() -> None:
    provisional = call(FLOOD, since=1, is_final=False)
    calls = [call(FLOOD, since=3), provisional, call(FLOOD, since=2)]
    assert batches(filled(10, *calls), most=1) == [[calls[2]], [calls[0]], [provisional]]


def test_a_call_that_does_not_fit_leads_the_next_batch() -> None:
    long = call(THIRD, cost=9, since=2)
    queue = filled(100, call(FLOOD, cost=2, since=0), call(OTHER, cost=2, since=1), long, call(FLOOD, 2, 3))
    first, second, *_ = batches(queue, most=10)
    assert long not in first and len(first) == 3
    assert second == [long]


def test_a_call_that_is_more_than_a_batch_goes_alone() -> None:
    queue = filled(100, call(FLOOD, cost=50), call(OTHER, cost=1))
    assert sorted(len(batch) for batch in batches(queue, most=10)) == [1, 1]


def test_overload_refuses_provisional_work_first_then_the_newest() -> None:
    oldest, newer, provisional = call(FLOOD, since=1), call(FLOOD, since=2), call(FLOOD, since=0, is_final=False)
    queue = filled(3, oldest, newer, provisional)
    again = call(FLOOD, since=1.5)
    assert queue.put(again) == [provisional]
    newest = call(FLOOD, since=9)
    assert queue.put(newest) == [newest]
    # Asked for again with the time at which it was first asked for, a call takes its old place.
    assert queue.put(call(FLOOD, since=0)) == [newer]
    assert queue.cost == 3


def test_an_organisation_that_fills_the_queue_makes_room_for_the_others() -> None:
    queue = filled(10, *(call(FLOOD, since=i) for i in range(10)))
    provisional = call(OTHER, since=20, is_final=False)
    [refused] = queue.put(provisional)
    assert (refused.claim.organisation_id, refused.claim.since) == (FLOOD, 9)
    assert queue.remove(provisional)


def test_one_call_is_taken_whatever_it_costs() -> None:
    assert filled(1, call(FLOOD, cost=100)).cost == 100


def test_a_removed_call_costs_nothing() -> None:
    first, second = call(FLOOD, cost=2), call(OTHER, cost=3)
    queue = filled(10, first, second)
    assert queue.remove(first)
    assert not queue.remove(first)
    assert (queue.cost, len(queue)) == (3, 1)
    assert batches(queue, most=10) == [[second]]
    assert (queue.cost, len(queue)) == (0, 0)
