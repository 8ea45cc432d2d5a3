"""What every scaling policy has: bounds, hysteresis, and a floor for candidates who are known to come."""

from abc import ABC, abstractmethod
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from serving.autoscaling.snapshot import Snapshot


class Policy(BaseModel, ABC):
    """A rule for the number of replicas, and its numbers. It holds no state: the same snapshot, the same answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min_replicas: int = Field(ge=0, description="0 where an idle deployment may go altogether")
    max_replicas: int = Field(ge=1)
    candidates_per_replica: float = Field(gt=0, description="candidates who answer at once that one replica serves")
    rise_s: float = Field(default=5.0, ge=0, description="more must be needed for this long before replicas come")
    settle_s: float = Field(default=120.0, ge=0, description="fewer must be needed for this long before replicas go")

    @model_validator(mode="after")
    def _bounds_fit(self) -> Self:
        if self.min_replicas > self.max_replicas:
            raise ValueError("min_replicas must be at most max_replicas")
        return self

    @abstractmethod
    def needed(self, snapshot: Snapshot) -> int:
        """The replicas that the load of this moment needs, before bounds and bookings."""
