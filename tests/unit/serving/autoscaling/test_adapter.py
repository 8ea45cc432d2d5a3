"""Ray Serve calls the policies through the adapter, with its own context."""

from collections.abc import Callable
from typing import Any

import pytest
from ray.serve._private.common import DeploymentID, ReplicaID, TimeStampedValue
from ray.serve.config import AutoscalingConfig, AutoscalingContext

from serving.autoscaling.adapter import autoscaling_config
from serving.autoscaling.outlook import Outlook
from serving.autoscaling.policies import policy_of

pytestmark = pytest.mark.unit

ENGINE = {"by": "queue_wait", "min_replicas": 0, "max_replicas": 9, "candidates_per_replica": 50, "target_wait_s": 1}
PROCESSOR = {
    "by": "backlog",
    "min_replicas": 1,
    "max_replicas": 9,
    "candidates_per_replica": 50,
    "jobs_per_replica": 10,
    "target_age_s": 20,
}

Call = Callable[[AutoscalingContext], tuple[int, dict[str, Any]]]


def as_ray_makes_it(policy: dict[str, Any]) -> Call:
    """The policy as the controller has it: unpickled from the configuration, made with its arguments."""
    config = autoscaling_config(policy_of(policy | {"rise_s": 0}))
    made: Call = config.policy.get_policy()(**config.policy.policy_kwargs)
    return made


def context(
    application: str, now: float, replicas: int, requests: float = 0, **told: list[list[float]]
) -> AutoscalingContext:
    """`told`: for each name, the values of each replica over time."""
    deployment = DeploymentID(name="D", app_name=application)
    ids = [ReplicaID(f"r{number}", deployment) for number in range(replicas)]
    raw = {
        name: {
            replica: [TimeStampedValue(now, value) for value in values]
            for replica, values in zip(ids, series, strict=True)
        }
        for name, series in told.items()
    }
    return AutoscalingContext(
        deployment_id=deployment,
        deployment_name="D",
        app_name=application,
        current_num_replicas=replicas,
        target_num_replicas=replicas,
        running_replicas=ids,
        total_num_requests=requests,
        total_queued_requests=0,
        aggregated_metrics=None,
        raw_metrics=raw,
        capacity_adjusted_min_replicas=0,
        capacity_adjusted_max_replicas=9,
        policy_state={},
        last_scale_up_time=None,
        last_scale_down_time=None,
        current_time=now,
        config=None,
    )


def test_the_newest_value_of_each_replica_counts() -> None:
    engine = as_ray_makes_it(ENGINE)
    assert engine(context("newest", 1000, 2))[0] == 2
    load = context("newest", 1010, 2, requests=4, wait_s=[[0.0, 1.5], [0.0, 1.5]], busy=[[0, 1], [0, 1]])
    assert engine(load) == (3, {})


def test_what_the_processor_knows_of_bookings_all_others_scale_by() -> None:
    engine, processor = as_ray_makes_it(ENGINE), as_ray_makes_it(PROCESSOR)
    assert (engine(context("booked", 990, 0))[0], processor(context("booked", 990, 1))[0]) == (0, 1)
    assert engine(context("booked", 1000, 0))[0] == 0
    assert processor(context("booked", 1001, 1, booked=[[0.0, 120.0]]))[0] == 3
    assert engine(context("booked", 1002, 0))[0] == 3
    assert engine(context("another application", 1004, 0))[0] == 0


def test_bookings_that_were_told_long_ago_are_forgotten() -> None:
    outlook = Outlook()
    outlook.tell("parley", 10, now=1000)
    assert outlook.booked("parley", now=1100) == 10
    assert outlook.booked("parley", now=1121) == 0
    assert outlook.booked("nobody", now=1000) == 0


def test_ray_adds_no_patience_of_its_own() -> None:
    config: AutoscalingConfig = autoscaling_config(policy_of(ENGINE))
    assert (config.upscale_delay_s, config.downscale_delay_s, config.downscale_to_zero_delay_s) == (0, 0, None)
    assert (config.min_replicas, config.max_replicas) == (0, 9)
