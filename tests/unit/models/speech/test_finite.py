"""Numbers that are none are refused, and which rows held them is told."""

import numpy as np
import pytest

from models.speech.finite import NotFinite, check_finite

pytestmark = pytest.mark.unit


def test_finite_numbers_pass() -> None:
    check_finite("engine", [(0.0, -1.5), (3.0, 1e30)])
    check_finite("engine", np.zeros((0, 4)))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_the_rows_are_named(bad: float) -> None:
    values = np.zeros((3, 2, 2))
    values[1, 0, 1] = bad
    with pytest.raises(NotFinite, match=r"engine gave numbers that are not finite, for segments 1$") as refusal:
        check_finite("engine", values)
    assert refusal.value.rows == (1,)
