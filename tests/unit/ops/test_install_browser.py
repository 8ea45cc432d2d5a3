"""`make browser`: what is done on machines with and without Chromium. apt-get and sudo are stand-ins here."""

import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

SCRIPT = Path(__file__).parents[3] / "ops" / "install-browser.sh"
TOOLS = ("bash", "env", "mktemp", "rm", "tail", "touch", "chmod")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder of programs that is the whole PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        assert found
        (folder / name).symlink_to(found)
    program(folder / "sudo", '[[ $1 == -n ]] && shift && exec "$@"')
    return folder


def program(path: Path, script: str) -> None:
    path.write_text(f"#!/usr/bin/env bash\n{script}\n")
    path.chmod(0o755)


def run(machine: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(machine), "TMPDIR": str(machine.parent)}
    return subprocess.run(
        [machine / "bash", SCRIPT], env=environment, capture_output=True, text=True, timeout=30, check=False
    )


def test_nothing_is_done_where_there_is_a_browser(machine: Path) -> None:
    program(machine / "google-chrome", "exit 1")
    program(machine / "apt-get", "echo called >&2; exit 1")
    done = run(machine)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_package_is_installed_where_there_is_none(machine: Path) -> None:
    called = machine.parent / "called"
    script = (
        f'echo "$*" >>{called}; [[ $* != *install* ]] || {{ echo >{machine}/chromium; chmod +x {machine}/chromium; }}'
    )
    program(machine / "apt-get", script)
    done = run(machine)
    assert done.returncode == 0, done.stderr
    assert called.read_text().splitlines() == [
        "-q update",
        "-q install -y --no-install-recommends chromium fonts-noto-cjk",
    ]
    assert "Installing Chromium: done" in done.stdout


def test_a_failed_installation_shows_what_apt_said(machine: Path) -> None:
    program(machine / "apt-get", "echo E: no such mirror; exit 100")
    done = run(machine)
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["E: no such mirror", "Chromium could not be installed: see above."]


def test_a_machine_without_apt_is_told_what_to_install(machine: Path) -> None:
    done = run(machine)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and "Install Chromium or Google Chrome." in done.stderr
