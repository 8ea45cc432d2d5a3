"""A Parley that tests started with `parley up`."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil

from ops.running import Running

PARLEY = Path(sys.executable).with_name("parley")


@dataclass(frozen=True)
class Parley:
    """A running Parley: its home, its note, and the environment that commands need to find it."""

    home: Path
    running: Running
    environment: dict[str, str]

    def command(self, *arguments: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PARLEY, *arguments], env=self.environment, capture_output=True, text=True, timeout=timeout, check=False
        )

    def replica(self, deployment: str) -> psutil.Process:
        """The process of the deployment's one replica."""
        name = f"ray::ServeReplica:parley:{deployment}"
        [found] = [
            process
            for process in psutil.Process(self.running.pid).children(recursive=True)
            if any(part.startswith(name) for part in process.cmdline())
        ]
        return found
