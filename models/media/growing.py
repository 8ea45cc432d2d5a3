"""A recording that is still being made: one thread pushes its bytes, another reads them."""

from collections import deque
from collections.abc import Callable
from threading import Condition


class MediaAborted(Exception):
    """The recording will not be read to its end: its writer gave up."""


class GrowingMedia:
    """A pipe of bytes in memory, and a binary file object as far as reading goes.

    Bytes are dropped as they are read, so that what is held is what was pushed and not yet read. `on_wait` is called on
    the reader's thread when it has taken all that is there and must wait for more.
    """

    def __init__(self) -> None:
        self.on_wait: Callable[[], None] = lambda: None
        self._changed = Condition()
        self._chunks: deque[memoryview] = deque()
        self._finished = False
        self._aborted = False

    def push(self, data: bytes) -> None:
        """The next bytes of the recording; dropped after `abort`. Raises ValueError after `finish`."""
        with self._changed:
            if self._finished:
                raise ValueError("the recording is finished")
            if data and not self._aborted:
                self._chunks.append(memoryview(data))
                self._changed.notify_all()

    def finish(self) -> None:
        """The recording is whole: the reader comes to its end."""
        with self._changed:
            self._finished = True
            self._changed.notify_all()

    def abort(self) -> None:
        """Nobody wants the rest: what is held is dropped, and `read` raises MediaAborted from now on."""
        with self._changed:
            self._aborted = True
            self._chunks.clear()
            self._changed.notify_all()

    def read(self, size: int) -> bytes:
        """Between 1 and `size` bytes, as soon as there are any; none at the end. Raises MediaAborted."""
        if self._is_behind():
            self.on_wait()
        with self._changed:
            self._changed.wait_for(lambda: not self._is_behind())
            if self._aborted:
                raise MediaAborted
            if not self._chunks:
                return b""
            chunk = self._chunks.popleft()
            if len(chunk) > size:
                self._chunks.appendleft(chunk[size:])
            return bytes(chunk[:size])

    def _is_behind(self) -> bool:
        """Whether the writer owes the reader bytes."""
        return not (self._chunks or self._finished or self._aborted)
