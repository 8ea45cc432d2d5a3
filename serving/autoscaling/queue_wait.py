"""Engines: scale by how long calls wait for their batch."""

import math
from typing import Literal

from pydantic import Field

from serving.autoscaling.policy import Policy
from serving.autoscaling.snapshot import Snapshot

# A longer wait tells that there are too few replicas, not how many too few: so grow by a factor, and look again when
# the new ones tell how long calls wait now.
_GROWTH = 2.0
# Between this share of the target and the target, nothing changes.
_CALM = 0.5


class QueueWait(Policy):
    """More replicas while calls wait longer than `target_wait_s`; as few as the work fills when they wait little.

    Engines tell `wait_s` and `busy` (serving/load_meter.py). Waiting grows without bound once an engine is full, and
    says nothing while it is not: so it decides when to grow, and the share of time that is worked when to shrink.
    """

    by: Literal["queue_wait"] = "queue_wait"
    target_wait_s: float = Field(gt=0)
    busy: float = Field(default=0.7, gt=0, le=1, description="share of its time that a replica should work")

    def needed(self, snapshot: Snapshot) -> int:
        """See the class."""
        if snapshot.running == 0:
            return max(1, snapshot.target) if snapshot.requests > 0 else 0
        wait = snapshot.mean("wait_s")
        if wait > self.target_wait_s:
            return max(snapshot.target, math.ceil(snapshot.tellers("wait_s") * min(wait / self.target_wait_s, _GROWTH)))
        if wait > _CALM * self.target_wait_s:
            return snapshot.target
        work = snapshot.total("busy")
        if work == 0 and snapshot.requests == 0:
            return 0
        return min(snapshot.target, max(1, math.ceil(work / self.busy)))
