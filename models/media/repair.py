"""What repairing a stream of bytes has in common, whatever the container: damage is cut out, the rest goes on."""

import re
from abc import ABC, abstractmethod
from typing import ClassVar


class Repair(ABC):
    """Takes the bytes of a recording in any portions, gives those that a decoder can use.

    `holes` are places in what was given (bytes) where something damaged was left out; `cut_off` tells, after `finish`,
    whether the recording ends in the middle of something.
    """

    format: ClassVar[str]  # as FFmpeg names it
    fresh_start: ClassVar[re.Pattern[bytes]]  # where to go on after damage
    fresh_start_longest: ClassVar[int]  # bytes

    def __init__(self) -> None:
        self.holes: list[int] = []
        self.cut_off = False
        self._buffer = bytearray()  # begins where a part begins, or where one is looked for
        self._lost = False
        self._given = 0

    def push(self, data: bytes) -> bytes:
        """The next bytes of the recording; what can be given of it now."""
        self._buffer += data
        output = bytearray()
        at = 0
        while (following := self._search(at) if self._lost else self._take(at, output)) is not None:
            at = following
        del self._buffer[:at]
        self._given += len(output)
        return bytes(output)

    @abstractmethod
    def finish(self) -> bytes:
        """What is left to give at the recording's end."""

    @abstractmethod
    def _take(self, at: int, output: bytearray) -> int | None:
        """Take the part at `at`; return where to go on, None where more bytes are needed."""

    def _lose(self, output: bytearray) -> None:
        """The part at hand is damaged: a fresh start is looked for from now on."""
        self._lost = True
        self.holes.append(self._given + len(output))

    def _search(self, at: int) -> int | None:
        """Leave out the damage before the next fresh start; return where to go on, None where more bytes are needed."""
        found = self.fresh_start.search(self._buffer, at)
        if found is None:
            rest = max(at, len(self._buffer) - self.fresh_start_longest)
            return rest if rest > at else None
        self._lost = False
        return found.start()
