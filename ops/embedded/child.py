"""One supervised process: started, watched, started again when it dies, stopped; and found again by a later start."""

import os
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import psutil

from ops.embedded.server import Server

_LOG_BYTES = 8 * 2**20
_FIRST_DELAY_S = 0.5
_LONGEST_DELAY_S = 30.0
_STEADY_S = 60.0  # a server that ran this long starts its delays anew
_STOP_S = 20.0  # for each stop signal, before the next one


class Child:
    """A server's process. Used from one thread only: the kernel signals the process when that thread ends."""

    def __init__(self, server: Server, log: Path, tell: Callable[[str], None]) -> None:
        self.server = server
        self.log = log
        self.starts = 0
        self._tell = tell
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._delay = _FIRST_DELAY_S
        self._restart_at: float | None = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        program = self.server.prepare()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                program.command,
                cwd=program.folder,
                env=dict(program.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # so that Ctrl-C reaches Parley, which then stops the servers in order
            )
        self._program = program
        self.starts += 1
        self._started = time.monotonic()
        self._restart_at = None

    def tend(self) -> bool:
        """Start the process again where it has died, after a delay that doubles; returns whether it did so now."""
        bound_log(self.log)
        now = time.monotonic()
        if self._restart_at is not None:
            if now < self._restart_at:
                return False
            self._restart_at = now + self._delay  # in case this attempt fails
            self.start()
            return True
        code = None if self._process is None else self._process.poll()
        if code is None:
            return False
        if now - self._started > _STEADY_S:
            self._delay = _FIRST_DELAY_S
        self._tell(f"{self.server.name} ended ({_reason(code)}); starting it again in {self._delay:g} s.")
        self._restart_at = now + self._delay
        self._delay = min(2 * self._delay, _LONGEST_DELAY_S)
        return False

    def record(self) -> dict[str, Any] | None:
        """What identifies the process to a later start: its number alone may be another program's by then."""
        try:
            process = psutil.Process(self._process.pid if self._process else -1)
            stop = self._program.stop_signals[0].value
            return {"name": self.server.name, "pid": process.pid, "started": process.create_time(), "stop": stop}
        except (psutil.Error, ValueError):
            return None

    def signal_stop(self) -> None:
        self._restart_at = None
        if self._process is not None and self.is_running:
            self._process.send_signal(self._program.stop_signals[0])

    def wait_stopped(self) -> None:
        if self._process is None:
            return
        self._insist(self._process)
        for path in self._program.litter:
            path.unlink(missing_ok=True)

    def _insist(self, process: subprocess.Popen[bytes]) -> None:
        for harsher in (*self._program.stop_signals[1:], None):
            try:
                process.wait(_STOP_S)
                return
            except subprocess.TimeoutExpired:
                self._tell(f"{self.server.name} does not stop; insisting.")
                if harsher is not None:
                    process.send_signal(harsher)
        process.kill()
        process.wait()

    def log_tail(self) -> str:
        with self.log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 1500))
            return file.read().decode(errors="replace").strip()


def stop_leftovers(records: Iterable[dict[str, Any]], tell: Callable[[str], None]) -> None:
    """End the servers that a killed Parley left behind. The kernel has told them to stop; wait, then insist.

    Only a process whose number and starting time are those recorded is ours.
    """
    leftovers = []
    for record in records:
        try:
            process = psutil.Process(record["pid"])
            # Starting times are counted in hundredths of a second from a clock that may since have been set right.
            if abs(process.create_time() - record["started"]) < 1 and process.status() != psutil.STATUS_ZOMBIE:
                leftovers.append((process, record["stop"]))
        except psutil.NoSuchProcess:
            continue
    if not leftovers:
        return
    tell("Stopping what an earlier run left behind.")
    for process, stop in leftovers:
        process.send_signal(stop)
    _, alive = psutil.wait_procs([process for process, _ in leftovers], timeout=_STOP_S)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=5)


def bound_log(log: Path, limit: int = _LOG_BYTES) -> None:
    """Keep the log under its size, and one older one. Lines written during the copy may be lost, never the server."""
    if log.stat().st_size > limit:
        log.with_suffix(".old.log").write_bytes(log.read_bytes())
        os.truncate(log, 0)


def _reason(code: int) -> str:
    return f"killed by signal {-code}" if code < 0 else f"exit status {code}"
