"""The Processor: scale by the durable jobs that wait, and by how long the oldest has waited."""

import math
from typing import Literal

from pydantic import Field

from serving.autoscaling.policy import Policy
from serving.autoscaling.snapshot import Snapshot

# Old jobs tell that there are too few replicas, not how many too few: so grow by a factor, and look again when the new
# ones tell.
_GROWTH = 2.0


class Backlog(Policy):
    """A replica for each `jobs_per_replica` waiting or worked on, and more while the oldest waits over `target_age_s`.

    One replica is always there: it is the Processor that tells how many jobs there are and who is expected
    (serving/autoscaling/forecast.py).
    """

    by: Literal["backlog"] = "backlog"
    min_replicas: int = Field(ge=1)
    jobs_per_replica: float = Field(gt=0)
    target_age_s: float = Field(gt=0)

    def needed(self, snapshot: Snapshot) -> int:
        """See the class."""
        waiting, age = snapshot.most("jobs_waiting"), snapshot.most("oldest_job_s")
        jobs = waiting + snapshot.most("jobs_working")
        by_jobs = math.ceil(jobs / self.jobs_per_replica)
        if waiting == 0 or age <= self.target_age_s:
            return by_jobs
        by_age = math.ceil(snapshot.tellers("oldest_job_s") * min(age / self.target_age_s, _GROWTH))
        # More replicas than jobs would have nothing to do.
        return max(by_jobs, min(max(by_age, snapshot.target), math.ceil(jobs)))
