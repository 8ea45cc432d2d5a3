"""The front and the LiveAnalyst: scale by what goes on at the same time."""

import math
from typing import Literal

from pydantic import Field

from serving.autoscaling.policy import Policy
from serving.autoscaling.snapshot import Snapshot


class Concurrency(Policy):
    """A replica for each `per_replica` requests; where replicas tell `takes` that they follow, those count as well.

    A take is followed for as long as it is recorded, while the calls that tell of its chunks are over at once.
    """

    by: Literal["concurrency"] = "concurrency"
    per_replica: float = Field(gt=0)

    def needed(self, snapshot: Snapshot) -> int:
        """See the class."""
        return math.ceil(max(snapshot.requests, snapshot.total("takes")) / self.per_replica)
