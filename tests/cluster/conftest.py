"""One Parley for all cluster tests, started with `parley up` as its user would."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from running_parley import Parley, started

from loadtests.client import Client
from loadtests.recording import candidate_picture, compose
from loadtests.script import Script, load_script


@pytest.fixture(scope="session")
def parley(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Parley]:
    with started(tmp_path_factory.mktemp("parley"), {"PARLEY_MODELS_DIR": str(models_dir)}) as parley:
        yield parley


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
