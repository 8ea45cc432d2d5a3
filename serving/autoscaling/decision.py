"""From what a policy needs moment by moment to how many replicas there shall be: bounds, bookings and hysteresis."""

import math
from collections import deque

from serving.autoscaling.policy import Policy
from serving.autoscaling.snapshot import Snapshot

# Ray Serve asks ten times a second; load does not change that fast.
_EVERY_S = 1.0


class Decision:
    """Decides for one deployment, moment after moment.

    Replicas come when more were needed at every moment of the last `rise_s`, as many as at the least of them, and go
    when fewer were needed at every moment of the last `settle_s`, down to the most of them: a spike starts no machine,
    and a lull stops none (the stabilisation windows of Kubernetes' HorizontalPodAutoscaler).
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._needed: deque[tuple[float, int]] = deque()
        self._last = 0

    def __call__(self, snapshot: Snapshot) -> int:
        """The replicas that there shall be, within the policy's bounds."""
        if not self._needed:
            # Before anything is known, what there is was needed.
            self._needed.append((snapshot.now, snapshot.target))
        elif snapshot.now - self._needed[-1][0] < _EVERY_S:
            return self._last
        self._needed.append((snapshot.now, self._wanted(snapshot)))
        policy = self._policy
        while self._needed[0][0] < snapshot.now - max(policy.rise_s, policy.settle_s):
            self._needed.popleft()
        least = min(needed for at, needed in self._needed if at >= snapshot.now - policy.rise_s)
        most = max(needed for at, needed in self._needed if at >= snapshot.now - policy.settle_s)
        self._last = self._bounded(min(max(snapshot.target, least), most))
        return self._last

    def _wanted(self, snapshot: Snapshot) -> int:
        booked = math.ceil(snapshot.booked / self._policy.candidates_per_replica)
        return self._bounded(max(self._policy.needed(snapshot), booked))

    def _bounded(self, replicas: int) -> int:
        return max(self._policy.min_replicas, min(replicas, self._policy.max_replicas))
