"""What each policy needs at one moment, and the bounds that profiles give it."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from serving.autoscaling.policies import policy_of
from serving.autoscaling.snapshot import Snapshot

pytestmark = pytest.mark.unit

ENGINE = policy_of(
    {"by": "queue_wait", "min_replicas": 0, "max_replicas": 64, "candidates_per_replica": 100, "target_wait_s": 1}
)
PROCESSOR = policy_of(
    {
        "by": "backlog",
        "min_replicas": 1,
        "max_replicas": 16,
        "candidates_per_replica": 200,
        "jobs_per_replica": 10,
        "target_age_s": 20,
    }
)
LIVE = policy_of(
    {"by": "concurrency", "min_replicas": 1, "max_replicas": 64, "candidates_per_replica": 20, "per_replica": 20}
)


def engine(running: int, target: int, wait_s: float, busy: float, requests: float = 1) -> Snapshot:
    """An engine all of whose replicas wait and work alike."""
    told = {"wait_s": [wait_s] * running, "busy": [busy] * running}
    return Snapshot(now=0, running=running, target=target, requests=requests, told=told)


@pytest.mark.parametrize(
    ("snapshot", "needed"),
    [
        pytest.param(engine(2, 2, wait_s=1.4, busy=1), 3, id="too long a wait: more, by how much too long"),
        pytest.param(engine(2, 2, wait_s=60, busy=1), 4, id="never more than twice as many at once"),
        pytest.param(engine(2, 4, wait_s=60, busy=1), 4, id="those that start are waited for"),
        pytest.param(
            replace(engine(2, 4, wait_s=60, busy=1), running=4), 4, id="those that came are waited for until they tell"
        ),
        pytest.param(engine(4, 4, wait_s=0.8, busy=0.1), 4, id="near the target nothing changes"),
        pytest.param(engine(4, 4, wait_s=0.1, busy=0.35), 2, id="no wait: as many as the work fills"),
        pytest.param(engine(2, 2, wait_s=0.1, busy=1), 2, id="full but nobody waits: no more"),
        pytest.param(engine(4, 4, wait_s=0, busy=0, requests=3), 1, id="something is still asked"),
        pytest.param(engine(4, 4, wait_s=0, busy=0, requests=0), 0, id="idle"),
        pytest.param(engine(0, 0, wait_s=0, busy=0, requests=0), 0, id="none, and nothing asked"),
        pytest.param(engine(0, 0, wait_s=0, busy=0, requests=2), 1, id="none, and something asked"),
        pytest.param(engine(0, 3, wait_s=0, busy=0, requests=2), 3, id="none yet, but they start"),
    ],
)
def test_engines_grow_by_the_wait_and_shrink_by_the_work(snapshot: Snapshot, needed: int) -> None:
    assert ENGINE.needed(snapshot) == needed


def jobs(waiting: float, working: float, oldest_s: float, running: int = 2) -> Snapshot:
    # All replicas tell the same of the one queue, at slightly different moments.
    told = {"jobs_waiting": [waiting, waiting - 1], "jobs_working": [working] * 2, "oldest_job_s": [oldest_s, 0]}
    return Snapshot(now=0, running=running, target=running, told=told)


@pytest.mark.parametrize(
    ("snapshot", "needed"),
    [
        pytest.param(jobs(0, 0, 0), 0, id="nothing to do"),
        pytest.param(jobs(0, 14, 0), 2, id="worked on"),
        pytest.param(jobs(90, 16, 5), 11, id="many wait"),
        pytest.param(jobs(3, 16, 30), 3, id="few, but old: they take long"),
        pytest.param(jobs(3, 16, 900), 4, id="never more than twice as many at once"),
        pytest.param(jobs(1, 2, 900), 3, id="never more than there are jobs"),
    ],
)
def test_the_processor_scales_on_the_number_and_the_age_of_jobs(snapshot: Snapshot, needed: int) -> None:
    assert PROCESSOR.needed(snapshot) == needed


def test_the_live_analyst_scales_on_takes_that_are_recorded() -> None:
    assert LIVE.needed(Snapshot(now=0, running=2, target=2, requests=1, told={"takes": [20, 21]})) == 3
    assert LIVE.needed(Snapshot(now=0, running=2, target=2, requests=50)) == 3


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"by": "moon_phase"}, "moon_phase"),
        ({"min_replicas": 65}, "min_replicas must be at most max_replicas"),
        ({"target_wait_s": 0}, "target_wait_s"),
        ({"target_weight": 1}, "target_weight"),
    ],
)
def test_a_policy_that_does_not_fit_is_refused(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        policy_of(ENGINE.model_dump() | change)


def test_the_processor_never_goes_altogether_since_it_tells_of_all_others() -> None:
    with pytest.raises(ValidationError, match="min_replicas"):
        policy_of(PROCESSOR.model_dump() | {"min_replicas": 0})
