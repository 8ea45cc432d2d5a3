"""Numbers that are none: an engine whose outputs are not finite has computed nothing, and must not answer."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike


class NotFinite(ArithmeticError):
    """An engine's outputs hold NaN or infinity: what it would answer is worthless."""

    def __init__(self, engine: str, rows: Sequence[int]) -> None:
        super().__init__(engine, rows)  # as it is made, so that it can be sent between processes
        self.engine = engine
        self.rows = tuple(rows)  # of the batch

    def __str__(self) -> str:
        return f"{self.engine} gave numbers that are not finite, for segments {', '.join(map(str, self.rows))}"


def check_finite(engine: str, values: ArrayLike) -> None:
    """`values` [B, ...], one row per segment of the batch. Raises NotFinite with the rows that are not all finite."""
    finite = np.isfinite(np.asarray(values, np.float64))
    bad = np.flatnonzero(~finite.all(axis=tuple(range(1, finite.ndim))))
    if len(bad):
        raise NotFinite(engine, bad.tolist())
