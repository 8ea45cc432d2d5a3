"""One Parley for all cluster tests, started with `parley up` as its user would."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from running_parley import PARLEY, Parley, held_bytes

from loadtests.client import Client
from loadtests.recording import candidate_picture, compose
from loadtests.script import Script, load_script
from ops.running import Running

START_WITHIN_S = 180


@pytest.fixture(scope="session")
def parley(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Parley]:
    home = tmp_path_factory.mktemp("parley")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}
    environment |= {"PARLEY_HOME": str(home), "PARLEY_MODELS_DIR": str(models_dir)}
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


@pytest.fixture(scope="session")
def key(parley: Parley) -> str:
    return parley.new_key("Cluster tests")


@pytest.fixture(scope="session")
def client(parley: Parley, key: str) -> Iterator[Client]:
    with Client(parley.running.url, key) as client:
        yield client


@pytest.fixture(scope="session")
def recordings() -> dict[str, tuple[Script, list[bytes]]]:
    """The shipped interviews, by language, and the recordings of their answers."""
    picture = candidate_picture()
    scripts = {language: load_script(language) for language in ("zh", "en")}  # type: ignore[arg-type]
    return {
        language: (script, [compose(answer.speech, picture) for answer in script.answers])
        for language, script in scripts.items()
    }
