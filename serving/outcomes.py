"""A batch that fails is taken apart, so that one item that cannot be computed fails alone."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from serving.lost_gpu import is_gpu_lost

Item = TypeVar("Item")
Result = TypeVar("Result")


def complete(compute: Callable[[Sequence[Item]], Sequence[Result]]) -> Callable[[Sequence[Item]], Sequence[Result]]:
    """`compute`, which raises RuntimeError where it does not give one result for each item."""

    def checked(items: Sequence[Item]) -> Sequence[Result]:
        results = compute(items)
        if len(results) != len(items):
            raise RuntimeError(f"the engine gave {len(results)} results for {len(items)} items")
        return results

    return checked


def outcomes(compute: Callable[[Sequence[Item]], Sequence[Result]], items: Sequence[Item]) -> list[Result | Exception]:
    """For each item its result, or what `compute` raises for it alone.

    A part that fails is computed again as two halves: one bad item of n costs about as much as the batch once more
    for each of log2(n) halvings. Errors of engines do not tell which item they are of, so each is found by trying.
    Where the GPU is lost, nothing is tried any more: the error is that of all items that were left.
    """
    try:
        results = list(compute(items))
    except Exception as error:
        if len(items) == 1 or is_gpu_lost(error):
            return [error] * len(items)
        # Until the handler is left, the error holds the frames of the failed call, and they its memory.
    else:
        return [*results]
    middle = len(items) // 2
    first = outcomes(compute, items[:middle])
    lost = first[-1]
    if isinstance(lost, Exception) and is_gpu_lost(lost):
        return [*first, *[lost] * (len(items) - middle)]
    return [*first, *outcomes(compute, items[middle:])]
