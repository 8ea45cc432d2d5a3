"""Run a Triton server on a model repository."""

import os
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

import psutil

from models.graphs.triton_connection import TritonConnection
from ops.embedded.ports import choose
from ops.errors import OperatorError
from ops.triton.install import Installed

_START_S = 60.0
_STOP_S = 20.0


class TritonServer:
    """A server of the repository in `folder`, on this machine's CPU and only for this machine.

    watch: whether it looks every second for new versions in the repository, as servers do that are to roll them out.
    It ends with the context, and with this process.
    """

    def __init__(self, installed: Installed, folder: Path, log: Path, *, watch: bool = False) -> None:
        self._installed = installed
        self._folder = folder
        self._log = log
        self._control = ["--model-control-mode=poll", "--repository-poll-secs=1"] if watch else []
        self._process: subprocess.Popen[bytes] | None = None
        self._port = choose()
        self.url = f"127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start it, also after it was stopped; ready when this returns. Raises OperatorError with its last words."""
        binaries = self._installed.environment / "bin"
        environment = {
            **os.environ,
            "PATH": f"{binaries}:{os.environ['PATH']}",
            "VIRTUAL_ENV": str(self._installed.environment),
            "LD_LIBRARY_PATH": ":".join(str(folder) for folder in self._installed.libraries),
        }
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", "--", *self._command()],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._wait_ready(self._process)

    def stop(self) -> None:
        """Stop it, once it has answered what it was asked."""
        self._end("terminate")

    def kill(self) -> None:
        """End it as a crash would."""
        self._end("kill")

    def _command(self) -> list[str]:
        return [
            str(self._installed.program),
            f"--model-repository={self._folder}",
            f"--backend-directory={self._installed.backends}",
            f"--grpc-port={self._port}",
            "--grpc-address=127.0.0.1",
            "--allow-http=false",
            "--allow-metrics=false",
            *self._control,
            "--exit-timeout-secs=5",
            "--strict-readiness=true",
        ]

    def _wait_ready(self, process: subprocess.Popen[bytes]) -> None:
        give_up = time.monotonic() + _START_S
        with TritonConnection(self.url) as connection:
            while not connection.ready():
                if process.poll() is not None or time.monotonic() > give_up:
                    self.kill()
                    raise OperatorError(f"The Triton server did not start: {self._last_words()}")
                time.sleep(0.1)

    def _end(self, how: str) -> None:
        if self._process is None:
            return
        models = psutil.Process(self._process.pid).children(recursive=True) if self._process.poll() is None else []
        getattr(self._process, how)()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
        for model in models:  # each runs in a process of its own, which may outlive a killed server
            with suppress(psutil.NoSuchProcess):
                model.kill()

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines()
        return " ".join(line for line in lines[-5:] if line.strip())
