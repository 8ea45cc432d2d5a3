"""The one contract behind which every ONNX graph runs: in this process, or on an inference server."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Tensor = NDArray[np.generic]


class GraphRunner(Protocol):
    """A loaded graph. Tensors keep the dtypes and shapes that the graph declares; the first axis is the batch."""

    inputs: tuple[str, ...]  # names, in the graph's order
    outputs: tuple[str, ...]

    def run(self, tensors: Mapping[str, Tensor]) -> list[Tensor]:
        """The graph's outputs, in the order of `outputs`, for a tensor of every input."""
        ...
