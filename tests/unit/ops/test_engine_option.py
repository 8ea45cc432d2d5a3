"""`parley up --engine timed`: chosen on the command line or by PARLEY_ENGINE, and said aloud."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ops import cli, up
from ops.running import Running
from ops.settings import OpsSettings

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("arguments", "variable", "chosen"),
    [
        ([], "", "models"),
        (["--engine", "timed"], "", "timed"),
        ([], "timed", "timed"),
        (["--engine", "models"], "timed", "models"),
    ],
)
def test_the_engine_is_chosen(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], variable: str, chosen: str
) -> None:
    started: list[OpsSettings] = []

    @contextmanager
    def running(settings: OpsSettings) -> Iterator[Running]:
        started.append(settings)
        yield Running(pid=1, started=0, url="http://127.0.0.1", ray_address="", environment={})

    monkeypatch.setattr(up, "up", running)
    monkeypatch.setattr(cli, "_wait_for_stop", lambda: None)
    if variable:
        monkeypatch.setenv("PARLEY_ENGINE", variable)
    else:
        monkeypatch.delenv("PARLEY_ENGINE", raising=False)
    assert CliRunner().invoke(cli.app, ["up", *arguments]).exit_code == 0
    assert [settings.engine for settings in started] == [chosen]


def test_an_unknown_engine_is_refused() -> None:
    refused = CliRunner().invoke(cli.app, ["up", "--engine", "steam"])
    assert refused.exit_code == 2 and "steam" in refused.stderr


def test_replicas_are_told_the_engine(tmp_path: Path) -> None:
    assert up._serving_variables(OpsSettings(home=tmp_path, engine="timed"))["PARLEY_ENGINE"] == "timed"
