"""The Parley that a command measures: the one that runs in this home, or one of its own."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING

from ops.environment import exported
from ops.running import Running
from ops.settings import OpsSettings
from ops.up import up

if TYPE_CHECKING:
    from serving.analysts import Analysts


@contextmanager
def attached(settings: OpsSettings) -> Iterator[Running]:
    """The running Parley, or one started for as long as the context lasts; the environment names its storage."""
    # Standard output is for results alone, and Ray tells there what it thinks of its own end.
    with redirect_stdout(sys.stderr):
        running = Running.find(settings.home)
        if running is None:
            with up(settings) as running:
                yield running
        else:
            with exported(running.environment):
                yield running


@contextmanager
def engines(running: Running) -> "Iterator[Analysts]":
    """The engines of an attached Parley."""
    # Ray reads its settings from the environment when it is imported.
    from serving.run import joined, own

    if running.pid == os.getpid():
        yield own()
    else:
        with joined(running.ray_address) as analysts:
            yield analysts
