"""A thread that keeps the embedded servers running from start to stop."""

import threading
import time
from collections.abc import Callable, Sequence

from ops.embedded.child import Child
from ops.embedded.errors import EmbeddedError
from ops.embedded.home import Home
from ops.embedded.server import Server

_READY_S = 120.0  # recovery after a crash may read much of the write-ahead log
_STARTS = 3  # of a server that dies while starting: the remains of a killed one need a moment to go
_POLL_S = 0.1


class Supervisor:
    """Runs servers until stopped. All processes are made by its one thread, which lives as long as they do."""

    def __init__(self, home: Home, servers: Sequence[Server], tell: Callable[[str], None]) -> None:
        self._home = home
        self._children = [Child(server, home.logs / f"{server.name}.log", tell) for server in servers]
        self._tell = tell
        self._stopping = threading.Event()
        self._started = threading.Event()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="embedded-servers", daemon=True)

    def start(self) -> None:
        """Start all servers and wait until they are ready. Raises `EmbeddedError`, with nothing left running."""
        self._thread.start()
        try:
            self._started.wait()
        except BaseException:  # Ctrl-C while waiting
            self.stop()
            raise
        if self._failure is not None:
            self._thread.join()
            raise self._failure

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            for child in self._children:
                child.start()
                self._record()
            for child in self._children:
                self._await_ready(child)
            self._started.set()
            while not self._stopping.wait(_POLL_S):
                for child in self._children:
                    self._tend(child)
        except Exception as error:
            self._failure = error
        finally:
            for child in self._children:
                child.signal_stop()
            for child in self._children:
                child.wait_stopped()
            self._home.write("children.json", [])
            self._started.set()

    def _await_ready(self, child: Child) -> None:
        deadline = time.monotonic() + _READY_S
        while not (self._stopping.is_set() or child.server.is_ready()):
            given_up = child.starts == _STARTS and not child.is_running
            if given_up or time.monotonic() > deadline:
                raise EmbeddedError(
                    f"{child.server.name} does not start. Its log, {child.log}, ends:\n{child.log_tail()}"
                )
            if child.tend():
                self._record()
            time.sleep(_POLL_S)

    def _tend(self, child: Child) -> None:
        try:
            if child.tend():
                self._record()
        except (EmbeddedError, OSError) as error:  # as on a full disk, which may pass
            self._tell(f"{child.server.name} could not be started again: {error}")

    def _record(self) -> None:
        records = [child.record() for child in self._children]
        self._home.write("children.json", [record for record in records if record is not None])
