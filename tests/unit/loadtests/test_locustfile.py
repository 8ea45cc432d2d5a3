"""The locust file, run as its user runs it, against the front in memory."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from unit.loadtests.fake_front import KEY, FakeFront

import loadtests

pytestmark = pytest.mark.unit

LOCUSTFILE = Path(loadtests.__file__).parent / "locustfile.py"
PROFILE = """
candidates = 3
per_second = 10
run_time_s = {run_time_s}
languages = ["en"]
answer_s = 2.5
chunk_s = 1.0
speed = 10
report_within_s = 20
[faults]
broken = 0.5
duplicated = 0.5
"""


async def locust(host: str, load: Path | str, key: str = KEY) -> tuple[int, str]:
    """Exit code and output of locust."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "locust", "-f", LOCUSTFILE, "--headless", "--host", host, "--load", load,
        env=os.environ | {"PARLEY_API_KEY": key},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, output.decode()


async def test_every_candidate_plays_one_interview(front: FakeFront, tmp_path: Path) -> None:
    profile = tmp_path / "small.toml"
    profile.write_text(PROFILE.format(run_time_s=50))
    code, output = await locust(front.url, profile)
    assert code == 0, output
    assert len(front.submitted) == len(set(front.submitted)) == 3
    assert [take.state for take in front.takes] == ["stored"] * 6
    assert all(take.gaps == [] for take in front.takes)
    # The tag makes every recording another one.
    assert len({take.recording() for take in front.takes}) == 6
    assert front.broken_uploads > 0
    for name in ("announce chunk", "upload chunk", "complete chunk", "submit to report", "interview"):
        assert name in output


async def test_a_failure_or_the_end_of_time_is_a_failed_run(front: FakeFront, tmp_path: Path) -> None:
    profile = tmp_path / "hasty.toml"
    profile.write_text(PROFILE.format(run_time_s=2))
    front.overload["submit"] = [(503, 30)] * 3
    code, output = await locust(front.url, profile)
    assert code == 1, output
    assert "3 of 3 candidates were not done in time" in output
    assert "submit: told to wait" in output


async def test_other_hosts_are_refused() -> None:
    code, output = await locust("http://192.0.2.1", "smoke")
    assert code == 1
    assert "neither this machine nor in a test network" in output


async def test_a_wrong_key_is_told(front: FakeFront) -> None:
    code, output = await locust(front.url, "smoke", key="wrong")
    assert code == 1
    assert "The load cannot begin: 401 unauthenticated" in output
