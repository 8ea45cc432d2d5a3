"""Ray Serve calls a policy through this: the only place that knows how Ray tells the load."""

import warnings
from typing import Any

from ray.serve.config import AutoscalingConfig, AutoscalingContext, AutoscalingPolicy

from serving.autoscaling.decision import Decision
from serving.autoscaling.outlook import OUTLOOK
from serving.autoscaling.policies import AnyPolicy, policy_of
from serving.autoscaling.snapshot import Snapshot

# How often replicas are asked for what they tell, and pass it on: Ray's own ten seconds are long in a burst. Ray asks
# five times in the period that it keeps.
_TOLD_EVERY_S = 2.0
_KEPT_S = 5 * _TOLD_EVERY_S


class Autoscaler:
    """One deployment's policy in Serve's controller: `AutoscalingPolicy(policy_function="module:Class")`."""

    def __init__(self, **policy: Any) -> None:
        self._decide = Decision(policy_of(policy))

    def __call__(self, context: AutoscalingContext) -> tuple[int, dict[str, Any]]:
        """The replicas that there shall be, and no state: it is held here."""
        told = {
            name: [series[-1].value for series in replicas.values() if series]
            for name, replicas in (context.raw_metrics or {}).items()
        }
        application, now = context.app_name or "", context.current_time or 0.0
        if told.get("booked"):
            OUTLOOK.tell(application, max(told["booked"]), now)
        snapshot = Snapshot(
            now=now,
            running=context.current_num_replicas,
            target=context.target_num_replicas,
            requests=context.total_num_requests,
            told=told,
            booked=OUTLOOK.booked(application, now),
        )
        return self._decide(snapshot), {}


def autoscaling_config(policy: AnyPolicy) -> AutoscalingConfig:
    """Ray Serve's configuration for a policy. The policy has waited for long enough: Ray waits no more."""
    with warnings.catch_warnings():
        # Ray means to replace the interval by environment variables, which it does not heed yet.
        warnings.simplefilter("ignore", DeprecationWarning)
        return AutoscalingConfig(
            min_replicas=policy.min_replicas,
            max_replicas=policy.max_replicas,
            metrics_interval_s=_TOLD_EVERY_S,
            look_back_period_s=_KEPT_S,
            upscale_delay_s=0,
            downscale_delay_s=0,
            policy=AutoscalingPolicy(  # type: ignore[no-untyped-call]
                policy_function="serving.autoscaling.adapter:Autoscaler", policy_kwargs=policy.model_dump()
            ),
        )
