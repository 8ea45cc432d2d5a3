"""What the doctor finds."""

import socket
from pathlib import Path

import pytest

from ops.doctor import Check, run_checks
from ops.embedded.home import Home
from ops.settings import OpsSettings

pytestmark = pytest.mark.unit


def examine(tmp_path: Path, **settings: object) -> dict[str, Check]:
    configured = OpsSettings.model_validate({"home": tmp_path / "home", **settings})
    checks = run_checks(configured, tmp_path / "models")
    assert len({check.name for check in checks}) == len(checks)
    return {check.name: check for check in checks}


def test_missing_model_names_the_command(tmp_path: Path) -> None:
    found = examine(tmp_path)["model centerface"]
    assert not found.ok
    assert "centerface.onnx is missing" in found.detail
    assert found.fix == "parley models fetch centerface"


def test_every_failed_check_has_a_fix_and_nothing_is_made(tmp_path: Path) -> None:
    for check in examine(tmp_path).values():
        assert check.ok or check.fix, check
    assert list(tmp_path.iterdir()) == []


def test_this_environment_has_what_pyproject_asks_for(tmp_path: Path) -> None:
    found = examine(tmp_path)
    assert found["python"].ok
    assert found["packages"].ok, found["packages"].detail
    assert found["torch"].ok, found["torch"].detail


def test_taken_port_names_the_program(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        found = examine(tmp_path, s3_port=port)["PARLEY_S3_PORT"]
        assert not found.ok
        assert f"{port} is taken by" in found.detail
    assert examine(tmp_path, s3_port=port)["PARLEY_S3_PORT"].ok


def test_running_home_is_reported_and_not_disturbed(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    assert examine(tmp_path)["lock"].detail == "free"
    home.write("children.json", [{"name": "s3", "pid": 1, "started": 0.0, "stop": 15}])
    assert "tidies up" in examine(tmp_path)["lock"].detail
    home.acquire()
    assert "already runs" in examine(tmp_path)["lock"].detail
    home.release()


def test_home_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    assert not examine(tmp_path)["home"].ok


def test_external_servers_need_no_home(tmp_path: Path) -> None:
    found = examine(tmp_path, database_url="postgresql://elsewhere/parley", s3_url="https://elsewhere")
    assert "home" not in found
    assert "setpriv" not in found
