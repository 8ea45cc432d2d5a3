"""An engine that is in memory only while it is used now and then."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar


class Closing(Protocol):
    """What holds more than memory."""

    def close(self) -> None: ...


Engine = TypeVar("Engine", bound=Closing)


class OnDemand(Generic[Engine]):
    """Loads the engine where it is used and not there; after `keep_s` seconds without use it is closed and let go."""

    def __init__(self, load: Callable[[], Engine], keep_s: float) -> None:
        self._load, self._keep_s = load, keep_s
        self._engine: Engine | None = None
        self._used_at = 0.0
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()

    @property
    def is_loaded(self) -> bool:
        """Whether the engine is in memory."""
        return self._engine is not None

    @contextmanager
    def use(self) -> Iterator[Engine]:
        """The engine, for one user at a time. Raises what loading it raises; the next use tries again."""
        with self._lock:
            if self._engine is None:
                self._engine = self._load()
            try:
                yield self._engine
            finally:
                self._used_at = time.monotonic()
                if self._timer is not None:
                    self._timer.cancel()
                self._timer = threading.Timer(self._keep_s, self._let_go)
                self._timer.daemon = True
                self._timer.start()

    def _let_go(self) -> None:
        with self._lock:
            # A timer that fires during a use waits for its end, and is late: that use has a timer of its own.
            if self._engine is not None and time.monotonic() - self._used_at >= self._keep_s:
                self._engine.close()
                self._engine = None
