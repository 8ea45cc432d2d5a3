"""What a killed run leaves behind, and logs."""

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from ops.embedded.child import bound_log, stop_leftovers

pytestmark = pytest.mark.unit


@pytest.fixture
def sleeper() -> Iterator[psutil.Process]:
    with subprocess.Popen(["sleep", "60"]) as process:
        yield psutil.Process(process.pid)
        process.kill()


def test_leftover_is_stopped(sleeper: psutil.Process) -> None:
    stop_leftovers([{"pid": sleeper.pid, "started": sleeper.create_time(), "stop": signal.SIGTERM}], print)
    assert not sleeper.is_running() or sleeper.status() == psutil.STATUS_ZOMBIE


def test_another_program_with_the_same_number_is_left_alone(sleeper: psutil.Process) -> None:
    told: list[str] = []
    stop_leftovers([{"pid": sleeper.pid, "started": sleeper.create_time() - 60, "stop": signal.SIGTERM}], told.append)
    assert sleeper.is_running()
    assert told == []


def test_log_is_moved_aside_when_it_grows(tmp_path: Path) -> None:
    log = tmp_path / "s3.log"
    with log.open("ab") as writer:
        writer.write(b"x" * 100)
        writer.flush()
        bound_log(log, limit=99)
        writer.write(b"new")
    assert log.read_bytes() == b"new"
    assert (tmp_path / "s3.old.log").read_bytes() == b"x" * 100
