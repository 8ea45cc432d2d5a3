"""Batches that do not fit in memory are computed in halves, and later ones start smaller."""

import gc
import re
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import torch

Item = TypeVar("Item")
Result = TypeVar("Result")

# After so many batches that fitted, twice as much is tried again: what took the memory may have gone.
BATCHES_UNTIL_DOUBLED = 16
# How CTranslate2, onnxruntime, cuBLAS and torch on a CPU say it; torch on CUDA has an exception of its own.
_SAID = re.compile(
    r"out of memory|failed to allocate memory|can't allocate memory|not enough memory|CUBLAS_STATUS_ALLOC_FAILED"
    r"|bad_alloc",
    re.IGNORECASE,
)


class Halving(Generic[Item, Result]):
    """`compute` over batches of any size, in as large parts as memory allows.

    A part that runs out of memory is computed as two halves, those as quarters and so on. `on_halved` is called each
    time with the size that did not fit; `halved` counts them. What a single item raises goes on to the caller, and so
    does any other error. Calls must take turns.
    """

    def __init__(
        self,
        compute: Callable[[Sequence[Item]], Sequence[Result]],
        on_halved: Callable[[int], None] = lambda size: None,
    ) -> None:
        self._compute, self._on_halved = compute, on_halved
        self.halved = 0
        self._limit: int | None = None  # items that are computed at once; None where nothing has failed
        self._fitted = 0  # batches since the limit was last changed

    def __call__(self, items: Sequence[Item]) -> list[Result]:
        """The results of all items, in order."""
        results: list[Result] = []
        while len(results) < len(items):
            size = min(len(items) - len(results), self._limit or len(items))
            try:
                results += self._compute(items[len(results) : len(results) + size])
            except Exception as error:
                if size == 1 or not is_out_of_memory(error):
                    raise
                # Until the handler is left, the error holds the frames of the failed call, and they its tensors.
                failed = size
            else:
                self._grow(size)
                continue
            self._halve(failed)
        return results

    def _halve(self, size: int) -> None:
        self._limit, self._fitted = size // 2, 0
        self.halved += 1
        gc.collect()
        torch.cuda.empty_cache()  # nothing where CUDA is not in use
        self._on_halved(size)

    def _grow(self, size: int) -> None:
        if self._limit is None or size < self._limit:
            return
        self._fitted += 1
        if self._fitted == BATCHES_UNTIL_DOUBLED:
            self._limit, self._fitted = 2 * self._limit, 0


def is_out_of_memory(error: BaseException) -> bool:
    """Whether `error` says that memory, of a GPU or of this machine, was short."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and _SAID.search(str(error)) is not None
