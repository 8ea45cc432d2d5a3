"""A batch that fails is taken apart, so that one item that cannot be computed fails alone."""

from collections.abc import Callable, Sequence
from typing import TypeVar

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
    """
    try:
        results = list(compute(items))
    except Exception as error:
        if len(items) == 1:
            return [error]
        # Until the handler is left, the error holds the frames of the failed call, and they its memory.
    else:
        return [*results]
    middle = len(items) // 2
    return [*outcomes(compute, items[:middle]), *outcomes(compute, items[middle:])]
