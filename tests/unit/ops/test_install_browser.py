"""`make browser`: what is done on machines with and without browsers. apt-get and sudo are stand-ins here."""

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


def has(machine: Path, *names: str) -> None:
    for name in names:
        program(machine / name, "exit 1")


OTHERS = ("firefox-esr", "WebKitWebDriver", "Xvfb")


def apt(machine: Path, *, known: str = "*") -> Path:
    """Stand-ins that install whatever they are asked for; packages beside `known` do not exist. Their log's path."""
    called = machine.parent / "called"
    made = " ".join(str(machine / name) for name in ("chromium", *OTHERS))
    program(
        machine / "apt-get",
        f'echo "$*" >>{called}; [[ $* != *install* ]] || for made in {made}; do echo >$made; chmod +x $made; done',
    )
    program(machine / "apt-cache", f"[[ $2 == {known} ]]")
    return called


def test_nothing_is_done_where_there_are_browsers(machine: Path) -> None:
    has(machine, "google-chrome", *OTHERS)
    program(machine / "apt-get", "echo called >&2; exit 1")
    done = run(machine)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("there", "installed"),
    [
        ((), "chromium fonts-noto-cjk firefox-esr webkit2gtk-driver gstreamer1.0-plugins-bad xvfb"),
        (("chromium", "firefox"), "webkit2gtk-driver gstreamer1.0-plugins-bad xvfb"),
        (("WebKitWebDriver", "Xvfb"), "chromium fonts-noto-cjk firefox-esr"),
    ],
)
def test_what_is_not_there_is_installed(machine: Path, there: tuple[str, ...], installed: str) -> None:
    has(machine, *there)
    called = apt(machine)
    done = run(machine)
    assert done.returncode == 0, done.stderr
    assert called.read_text().splitlines() == ["-q update", f"-q install -y --no-install-recommends {installed}"]
    assert "Installing browsers: done" in done.stdout


def test_what_this_machines_packages_do_not_have_is_left_out(machine: Path) -> None:
    has(machine, "WebKitWebDriver", "Xvfb")
    called = apt(machine, known="chromium")
    assert run(machine).returncode == 0
    assert called.read_text().splitlines()[-1] == "-q install -y --no-install-recommends chromium fonts-noto-cjk"


@pytest.mark.parametrize("fails", [False, True])
def test_chromium_alone_is_enough_where_nothing_can_be_installed(machine: Path, fails: bool) -> None:
    has(machine, "chromium")
    if fails:
        program(machine / "apt-get", "exit 100")
    done = run(machine)
    assert (done.returncode, done.stderr) == (0, "")
    assert "skipped: firefox-esr webkit2gtk-driver" in done.stdout


def test_a_failed_installation_shows_what_apt_said(machine: Path) -> None:
    program(machine / "apt-get", "echo E: no such mirror; exit 100")
    done = run(machine)
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["E: no such mirror", "The browsers could not be installed: see above."]


def test_a_machine_without_apt_is_told_what_to_install(machine: Path) -> None:
    done = run(machine)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and "Install Chromium or Google Chrome." in done.stderr
