"""Moment after moment: hysteresis, bounds and bookings."""

from collections.abc import Sequence

import pytest

from serving.autoscaling.decision import Decision
from serving.autoscaling.policies import policy_of
from serving.autoscaling.snapshot import Snapshot

pytestmark = pytest.mark.unit


def decision(least: int = 0, most: int = 10, rise_s: float = 5, settle_s: float = 60) -> Decision:
    """One replica for each request."""
    return Decision(
        policy_of(
            {
                "by": "concurrency",
                "min_replicas": least,
                "max_replicas": most,
                "candidates_per_replica": 50,
                "per_replica": 1,
                "rise_s": rise_s,
                "settle_s": settle_s,
            }
        )
    )


def follow(decide: Decision, requests: Sequence[float], booked: float = 0, start: int = 0) -> list[int]:
    """The replicas there shall be, second after second; they are there at once."""
    target = start
    course = []
    for second, asked in enumerate(requests):
        target = decide(Snapshot(now=second, running=target, target=target, requests=asked, booked=booked))
        course.append(target)
    return course


def test_lasting_load_brings_replicas_and_its_end_takes_them() -> None:
    course = follow(decision(), [4] * 20 + [0] * 80)
    assert course[:6] == [0] * 6 and course[6:79] == [4] * 73 and course[-1] == 0


def test_a_spike_brings_none_and_a_lull_takes_none() -> None:
    assert set(follow(decision(), [0] * 10 + [9] * 4 + [0] * 10)) == {0}
    assert set(follow(decision(), [4] * 10 + [0] * 50 + [4] * 10, start=4)) == {4}


def test_load_that_swings_gets_what_it_needs_at_its_most() -> None:
    course = follow(decision(rise_s=0), [2, 6] * 100)
    assert course[0] == 0 and set(course[2:]) == {6}


def test_nothing_goes_before_the_load_is_known_for_long_enough() -> None:
    course = follow(decision(), [0] * 70, start=7)
    assert course[:60] == [7] * 60 and course[-1] == 0


def test_bounds_hold() -> None:
    course = follow(decision(least=2, most=3, rise_s=0, settle_s=0), [0, 0, 100, 100, 0, 0])
    assert course == [2, 2, 3, 3, 2, 2]


def test_invitations_are_a_floor() -> None:
    course = follow(decision(), [0] * 20, booked=101)
    assert course[-1] == 3
    assert follow(decision(), [7] * 20, booked=101)[-1] == 7


def test_ten_questions_a_second_are_one_decision() -> None:
    decide = decision(rise_s=0)
    assert decide(Snapshot(now=0, running=0, target=0, requests=0)) == 0
    assert decide(Snapshot(now=0.9, running=0, target=0, requests=5)) == 0
    assert decide(Snapshot(now=1.0, running=0, target=0, requests=5)) == 5
