"""Load as it was recorded, replayed to the policies: they are there before a burst, grow with it, and go after it.

The traces are what the replicas of a cluster told while 200 invited candidates submitted at once: one line for each
second (tests/cluster/test_autoscaling.py plays such a burst).
"""

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from serving.autoscaling.decision import Decision
from serving.autoscaling.policies import policy_of
from serving.autoscaling.snapshot import Snapshot

pytestmark = pytest.mark.unit

TRACES = Path(__file__).with_name("traces")
COMMON = {"max_replicas": 8, "rise_s": 2, "settle_s": 10}
TRANSCRIBER = {"by": "queue_wait", "min_replicas": 0, "candidates_per_replica": 100, "target_wait_s": 1, **COMMON}
PROCESSOR = {
    "by": "backlog",
    "min_replicas": 1,
    "candidates_per_replica": 200,
    "jobs_per_replica": 40,
    "target_age_s": 20,
    **COMMON,
}


def load(name: str) -> list[Snapshot]:
    return [Snapshot(**json.loads(line)) for line in (TRACES / f"{name}.jsonl").read_text().splitlines()]


def replay(policy: dict[str, Any], trace: list[Snapshot]) -> list[int]:
    """What is decided moment after moment. Replicas come and go at once; what they tell is what was told then."""
    decide = Decision(policy_of(policy))
    course = [trace[0].target]
    for snapshot in trace:
        course.append(decide(replace(snapshot, running=course[-1], target=course[-1])))
    return course[1:]


def turns(course: list[int]) -> int:
    """How often growing changes into shrinking, or the reverse."""
    steps = [after - before for before, after in pairwise(course) if after != before]
    return sum((step > 0) != (next_step > 0) for step, next_step in pairwise(steps))


def when(trace: list[Snapshot], name: str, above: float) -> int:
    """The first moment at which a value above a limit is told."""
    return next(moment for moment, snapshot in enumerate(trace) if snapshot.most(name) > above)


def test_an_engine_is_there_before_the_burst_grows_with_it_and_goes() -> None:
    trace = load("transcriber")
    course = replay(TRANSCRIBER, trace)
    burst = when(trace, "wait_s", above=1)
    assert course[0] == 0 and course[burst] == 2  # as many as the invited candidates need
    assert max(course) == 4  # calls waited for nearly twice as long as they should
    assert course[-1] == 1 and turns(course) == 1
    idle = trace[-1]
    after = [replace(idle, now=idle.now + second, requests=0) for second in range(1, 20)]
    assert replay(TRANSCRIBER, trace + after)[-1] == 0


def test_an_engine_that_may_not_go_altogether_stays() -> None:
    trace = load("transcriber")
    assert min(replay(TRANSCRIBER | {"min_replicas": 1}, trace)[1:]) == 1


def test_the_processor_grows_with_the_backlog() -> None:
    trace = load("processor")
    course = replay(PROCESSOR | {"target_age_s": 600}, trace)
    assert course[0] == 1 and max(course) == 5  # two hundred jobs
    assert turns(course) == 0


def test_the_processor_grows_with_the_age_of_jobs_that_are_few_enough() -> None:
    trace = load("processor")
    few = PROCESSOR | {"jobs_per_replica": 100}
    course = replay(few, trace)
    assert max(replay(few | {"target_age_s": 600}, trace)) == 2
    assert max(course[: when(trace, "oldest_job_s", above=20)]) == 1
    assert max(course) == 4
