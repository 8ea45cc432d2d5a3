"""Graphs that compute NaN give no answer, and tell which rows are concerned."""

import pickle
from collections.abc import Mapping

import numpy as np
import pytest

from models.graphs.contract import GraphRunner, Tensor
from models.graphs.finite import FiniteGraph, NotFinite, check_finite

pytestmark = pytest.mark.unit


class Division:
    """A `GraphRunner` that divides one by its rows, and counts them."""

    inputs, outputs = ("x",), ("y", "numbers")

    def run(self, tensors: Mapping[str, Tensor]) -> list[Tensor]:
        with np.errstate(divide="ignore", invalid="ignore"):
            y: Tensor = np.float32(1) / tensors["x"]
        return [y, np.arange(len(y))]


def test_finite_outputs_pass_as_they_are() -> None:
    graph: GraphRunner = FiniteGraph(Division(), "division")
    assert (graph.inputs, graph.outputs) == (("x",), ("y", "numbers"))
    y, numbers = graph.run({"x": np.array([[1, 2], [4, 8]], np.float32)})
    assert y.tolist() == [[1, 0.5], [0.25, 0.125]] and numbers.tolist() == [0, 1]
    check_finite("engine", [np.zeros((0, 4), np.float32), np.array([2**62]), np.array([True])])


@pytest.mark.parametrize("bad", [0.0, -0.0, np.nan])
def test_rows_that_are_not_finite_are_named(bad: float) -> None:
    batch = np.ones((4, 2, 3), np.float32)
    batch[1, 0, 2] = batch[3, 1, 1] = bad
    message = r"^division gave numbers that are not finite, for rows 1, 3 of a batch$"
    with pytest.raises(NotFinite, match=message) as refusal:
        FiniteGraph(Division(), "division").run({"x": batch})
    assert refusal.value.rows == (1, 3)
    travelled = pickle.loads(pickle.dumps(refusal.value))
    assert isinstance(travelled, NotFinite) and str(travelled) == str(refusal.value)
