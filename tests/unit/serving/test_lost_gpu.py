"""Which errors mean that a process can use its GPU no more."""

from collections.abc import Sequence

import pytest
import torch

from models.graphs.errors import GraphError, GraphRefused
from serving.lost_gpu import is_gpu_lost
from serving.outcomes import outcomes

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "error",
    [
        torch.AcceleratorError("CUDA error: device-side assert triggered"),
        RuntimeError("CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasSgemm(...)`"),
        RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"),
        RuntimeError("CUDA failed with error an illegal memory access was encountered"),
        GraphError("onnxruntime cannot run the graph: [ONNXRuntimeError] : 1 : FAIL : CUDA failure 719: unspecified"),
    ],
)
def test_a_gpu_is_lost(error: Exception) -> None:
    assert is_gpu_lost(error)
    wrapped = ValueError("no transcript")
    wrapped.__cause__ = error
    assert is_gpu_lost(wrapped)


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB."),
        RuntimeError("CUDA error: out of memory"),
        RuntimeError("CUDA failed with error out of memory"),
        GraphRefused("Triton at triton:8001 refused: CUDA failure 700: an illegal memory access was encountered"),
        ArithmeticError("not finite"),
        RuntimeError(),
    ],
)
def test_a_gpu_is_not_lost(error: Exception) -> None:
    assert not is_gpu_lost(error)


def test_nothing_is_tried_on_a_lost_gpu() -> None:
    """What was computed before it was lost stays."""
    tried: list[list[int]] = []

    def compute(items: Sequence[int]) -> list[int]:
        tried.append(list(items))
        if len(items) == 4:
            raise ArithmeticError("negative")
        if -3 in items:
            raise RuntimeError("CUDA error: device-side assert triggered")
        return list(items)

    found = outcomes(compute, [1, 2, -3, 4])
    assert found[:2] == [1, 2] and [type(outcome) for outcome in found[2:]] == [RuntimeError] * 2
    assert tried == [[1, 2, -3, 4], [1, 2], [-3, 4]]
    tried.clear()
    assert [type(outcome) for outcome in outcomes(compute, [-3, 4, 5, 6])] == [RuntimeError] * 4
    assert tried == [[-3, 4, 5, 6], [-3, 4]]
