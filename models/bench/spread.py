"""A figure measured several times."""

from collections.abc import Sequence
from statistics import median
from typing import Self

from pydantic import BaseModel


class Spread(BaseModel):
    """The smallest, the middle and the largest of some measurements."""

    min: float
    median: float
    max: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """The spread of at least one value, rounded to three places."""
        return cls(min=round(min(values), 3), median=round(median(values), 3), max=round(max(values), 3))
