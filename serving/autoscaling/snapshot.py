"""What is known of a deployment at one moment: all that a policy decides by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Snapshot:
    """One deployment at `now`, in Unix seconds.

    running: replicas that serve. target: replicas that were asked for, some of which may still be starting.
    requests: calls that wait or are worked on. told: for each name, the newest value of every replica that tells it.
    booked: candidates who are expected to answer at the same time, now or within the time that scaling takes.
    """

    now: float
    running: int
    target: int
    requests: float = 0.0
    told: Mapping[str, Sequence[float]] = field(default_factory=dict)
    booked: float = 0.0

    def tellers(self, name: str) -> int:
        """How many replicas tell a value under a name: those that were there when it was told."""
        return len(self.told.get(name, ()))

    def most(self, name: str) -> float:
        """The largest value told under a name; 0 where no replica tells it."""
        return max(self.told.get(name, ()), default=0.0)

    def total(self, name: str) -> float:
        """The sum of the values told under a name."""
        return sum(self.told.get(name, ()))

    def mean(self, name: str) -> float:
        """The mean of the values told under a name; 0 where no replica tells it."""
        values = self.told.get(name, ())
        return sum(values) / len(values) if values else 0.0
