"""Batches that do not fit are halved, answered in order, counted, and grow again."""

from collections.abc import Sequence

import pytest
import torch

from models.speech.halving import BATCHES_UNTIL_DOUBLED, Halving, is_out_of_memory

pytestmark = pytest.mark.unit


class Memory:
    """Squares numbers, as many at once as fit."""

    def __init__(self, fits: int) -> None:
        self.fits, self.sizes = fits, list[int]()

    def __call__(self, items: Sequence[int]) -> list[int]:
        self.sizes.append(len(items))
        if len(items) > self.fits:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return [item**2 for item in items]


def test_a_batch_that_does_not_fit_is_computed_in_parts() -> None:
    memory, sizes = Memory(fits=3), list[int]()
    halving = Halving(memory, sizes.append)
    assert halving(range(10)) == [number**2 for number in range(10)]
    assert memory.sizes == [10, 5, 2, 2, 2, 2, 2]
    assert (halving.halved, sizes) == (2, [10, 5])


def test_later_batches_start_small_and_grow_once_memory_is_back() -> None:
    memory = Memory(fits=4)
    halving = Halving(memory)
    halving(range(8))
    assert halving.halved == 1
    memory.fits, memory.sizes = 8, []
    for _ in range(BATCHES_UNTIL_DOUBLED):
        halving(range(8))
    assert halving.halved == 1
    assert memory.sizes[0] == 4 and memory.sizes[-1] == 8


def test_one_that_does_not_fit_alone_is_the_callers() -> None:
    halving = Halving(Memory(fits=0))
    with pytest.raises(torch.OutOfMemoryError):
        halving(range(4))
    assert halving.halved == 2  # 4, 2, and then 1 is refused


def test_other_errors_are_the_callers_at_once() -> None:
    def broken(items: Sequence[int]) -> list[int]:
        raise RuntimeError("shape mismatch")

    halving = Halving(broken)
    with pytest.raises(RuntimeError, match="shape mismatch"):
        halving(range(4))
    assert halving.halved == 0


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (RuntimeError("CUDA failed with error out of memory"), True),  # CTranslate2
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), True),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate"), True),
        (RuntimeError("Failed to allocate memory for requested buffer of size 12"), True),  # onnxruntime
        (MemoryError("std::bad_alloc"), True),
        (ValueError("out of memory"), False),
        (RuntimeError("CUDA error: device-side assert triggered"), False),
    ],
)
def test_what_says_that_memory_is_short(error: Exception, expected: bool) -> None:
    assert is_out_of_memory(error) is expected


def test_torch_on_this_machine_says_it_so() -> None:
    with pytest.raises(RuntimeError) as refusal:
        torch.empty(1 << 60, dtype=torch.uint8)
    assert is_out_of_memory(refusal.value)
