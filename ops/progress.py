"""Show what is going on, and for how long."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

# Progress goes to standard error: standard output is for results.
console = Console(stderr=True, highlight=False)


def tell(sentence: str) -> None:
    """Say a sentence."""
    console.print(sentence, markup=False, soft_wrap=True)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Show that a step runs, and how long it took: a spinner on a terminal, lines elsewhere."""
    started = time.monotonic()
    if console.is_terminal:
        with console.status(name):
            yield
    else:
        tell(f"{name} ...")
        yield
    tell(f"{name}: {time.monotonic() - started:.1f} s")
