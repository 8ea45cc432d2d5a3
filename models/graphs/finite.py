"""Numbers that are none: a graph whose outputs are not finite has computed nothing, and must not answer."""

from collections.abc import Mapping, Sequence

import numpy as np

from models.graphs.contract import GraphRunner, Tensor
from models.graphs.errors import GraphError


class NotFinite(GraphError):
    """What an engine computed holds NaN or infinity, and is worthless; `rows` of its batch are concerned."""

    def __init__(self, engine: str, rows: Sequence[int]) -> None:
        super().__init__(engine, rows)  # what it is made of again in another process
        self.engine, self.rows = engine, tuple(rows)

    def __str__(self) -> str:
        return f"{self.engine} gave numbers that are not finite, for rows {', '.join(map(str, self.rows))} of a batch"


def check_finite(engine: str, outputs: Sequence[Tensor]) -> None:
    """Raise NotFinite unless all outputs, [n, ...] each, are finite; whole numbers always are."""
    bad: set[int] = set()
    for output in outputs:
        if output.dtype.kind == "f" and not (finite := np.isfinite(output)).all():
            bad |= {row for row, part in enumerate(finite) if not part.all()}
    if bad:
        raise NotFinite(engine, sorted(bad))


class FiniteGraph:
    """A `GraphRunner` whose outputs are finite, or it raises NotFinite; `name` is what the error calls it."""

    def __init__(self, graph: GraphRunner, name: str) -> None:
        self._graph, self._name = graph, name
        self.inputs, self.outputs = graph.inputs, graph.outputs

    def run(self, tensors: Mapping[str, Tensor]) -> list[Tensor]:
        """See `GraphRunner.run`."""
        found = self._graph.run(tensors)
        check_finite(self._name, found)
        return found
