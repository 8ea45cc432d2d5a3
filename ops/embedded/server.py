"""What the supervisor needs to know of a server that it runs."""

import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Program:
    """How to run a server, and how to end it."""

    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    stop_signals: Sequence[signal.Signals]  # from gentle to harsh; SIGKILL follows
    litter: Sequence[Path] = ()  # files that it leaves outside its data folder when it ends


class Server(Protocol):
    """One embedded server."""

    @property
    def name(self) -> str:
        """Its name in messages and of its log."""

    def prepare(self) -> Program:
        """Bring its data into a state to start from, and say how to run it. Called before every start."""

    def is_ready(self) -> bool:
        """Whether it answers its clients now."""
