"""A Parley that tests started with `parley up`."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import psycopg
from prometheus_client.parser import text_string_to_metric_families

from ops.running import Running

PARLEY = Path(sys.executable).with_name("parley")
START_WITHIN_S = 180


@dataclass(frozen=True)
class Parley:
    """A running Parley: its home, its note, and the environment that commands need to find it."""

    home: Path
    running: Running
    environment: dict[str, str]
    idle_bytes: int  # what all its processes held before anything was asked of them

    def command(self, *arguments: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PARLEY, *arguments], env=self.environment, capture_output=True, text=True, timeout=timeout, check=False
        )

    def new_key(self, organisation: str) -> str:
        """An API key of a new organisation."""
        created = self.command("keys", "create", organisation)
        assert created.returncode == 0, created.stderr
        return created.stdout.strip()

    def replica(self, deployment: str) -> psutil.Process:
        """The process of the deployment's one replica."""
        name = f"ray::ServeReplica:parley:{deployment}"
        [found] = [
            process
            for process in psutil.Process(self.running.pid).children(recursive=True)
            if any(part.startswith(name) for part in process.cmdline())
        ]
        return found

    def server(self, name: str) -> psutil.Process:
        """The process of an embedded server, postgres or s3."""
        children = json.loads((self.home / "children.json").read_text())
        [found] = [child for child in children if child["name"] == name]
        return psutil.Process(found["pid"])

    def metric(self, name: str, **labels: str) -> float:
        """The sum of a metric's samples that have these labels."""
        metrics = httpx.get(f"{self.running.url}/metrics").raise_for_status().text
        return sum(
            sample.value
            for family in text_string_to_metric_families(metrics)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )

    def reports(self, session_id: str) -> int:
        """How many reports of a session are stored."""
        with psycopg.connect(self.running.environment["PARLEY_DATABASE_URL"]) as connection:
            row = connection.execute("SELECT count(*) FROM reports WHERE session_id = %s", [session_id]).fetchone()
        assert row is not None
        return int(row[0])

    def await_ready(self, seconds: float = 120) -> None:
        """Return once every part is ready; raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.running.url}/readyz", timeout=10).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.25)
        raise TimeoutError(f"not ready after {seconds:.0f} s")


def kill_whole(process: psutil.Process) -> None:
    """kill -9 a process and its children."""
    for part in [process, *process.children(recursive=True)]:
        try:
            part.kill()
        except psutil.NoSuchProcess:
            continue


def held_bytes(pid: int) -> int:
    """What a process and its children hold, shared pages divided among those who share them."""
    main, held = psutil.Process(pid), 0
    for process in [main, *main.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            held += process.memory_full_info().pss
    return held


@contextmanager
def started(home: Path, variables: dict[str, str]) -> Iterator[Parley]:
    """Parley, started with `parley up` as its user would and stopped at the end; `variables` are its settings."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}
    environment |= {"PARLEY_HOME": str(home), **variables}
    log = home / "up.log"
    with log.open("wb") as output:
        process = subprocess.Popen([PARLEY, "up"], env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + START_WITHIN_S
        while (running := Running.find(home)) is None:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.5)
        yield Parley(home, running, environment, held_bytes(running.pid))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(120)
    assert "Traceback" not in log.read_text()
