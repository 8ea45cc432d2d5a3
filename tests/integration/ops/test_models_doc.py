"""docs/models.md: every section's steps are run as they stand, by a shell in a folder that holds what they name."""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from face_pack import build_pack
from small_nemo import train_tokenizer, untrained_checkpoint

from models.added import added_model
from ops.embedded.ports import choose
from ops.triton.install import Installed, install

pytestmark = pytest.mark.integration

DOCUMENT = Path(__file__).parents[3] / "docs" / "models.md"
ENDING = "trap 'kill $(jobs -p) 2> /dev/null || true; wait' EXIT"  # what steps left running ends as it would by hand
PORT = "8001"  # Triton's own for gRPC, which may be taken here


def steps(heading: str) -> list[str]:
    """The shell blocks under a heading, of which there are three."""
    section = DOCUMENT.read_text(encoding="utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    found = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    assert len(found) == 3
    return [block.strip() for block in found]


@dataclass(frozen=True)
class Shell:
    """`folder` is where steps run; `models` holds the fetched models, and what they add."""

    folder: Path
    models: Path
    programs: Path

    def run(self, steps: list[str]) -> subprocess.CompletedProcess[str]:
        """Run all steps in one shell, until one fails, and end what they left running."""
        path = os.pathsep.join([str(self.programs), str(Path(sys.executable).parent), os.environ["PATH"]])
        environment = {**os.environ, "PATH": path, "PARLEY_MODELS_DIR": str(self.models)}
        said, noise = self.folder / "stdout", self.folder / "stderr"
        with said.open("w") as out, noise.open("w") as errors:
            shell = subprocess.Popen(
                ["bash", "-e", "-c", "\n".join([ENDING, *steps])],
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=errors,
                start_new_session=True,
            )
            try:
                code = shell.wait(150)
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(shell.pid, signal.SIGKILL)
        return subprocess.CompletedProcess(steps, code, said.read_text(), noise.read_text())


@pytest.fixture
def shell(tmp_path: Path, models_dir: Path) -> Shell:
    made = Shell(tmp_path / "work", tmp_path / "models", tmp_path / "bin")
    for folder in (made.folder, made.models, made.programs):
        folder.mkdir()
    for name in ("whisper-base", "centerface", "face-api", "e5-small"):
        (made.models / name).symlink_to(models_dir / name)
    return made


def test_a_nemo_checkpoint(shell: Shell) -> None:
    untrained_checkpoint(shell.folder / "my.nemo", train_tokenizer(shell.folder / "tokenizer"))
    done = shell.run(steps("A NeMo checkpoint"))
    assert done.returncode == 0, done.stderr
    added = added_model("my", shell.models)
    assert added is not None and added.kind == "nemo"
    assert f"speech: my@{added.version} (nemo-" in done.stdout
    assert f"  en, my@{added.version}" in done.stdout
    assert "  zh, whisper-base" in done.stdout and "秋天" in done.stdout


def test_an_insightface_pack(shell: Shell, models_dir: Path) -> None:
    build_pack(shell.folder / "my-pack", models_dir)
    done = shell.run(steps("An insightface pack"))
    assert done.returncode == 0, done.stderr
    added = added_model("my-pack", shell.models)
    assert added is not None and added.accepted
    assert f"faces: my-pack@{added.version} (insightface pack)\n  6 faces" in done.stdout


def test_a_triton_server(shell: Shell, tritonserver: Callable[[Path, str], None]) -> None:
    port = str(choose())
    tritonserver(shell.programs, port)
    done = shell.run([step.replace(PORT, port) for step in steps("A Triton server")])
    assert done.returncode == 0, done.stderr
    assert "face-api 1.7.15 on Triton (centerface 1, face-landmarks 1," in done.stdout
    assert "  6 faces" in done.stdout
    assert "on Triton (text-encoder 1)\n  1.00 alike" in done.stdout


def test_a_setting_that_names_no_engine_is_told_in_one_line(shell: Shell) -> None:
    done = shell.run(["PARLEY_SPEECH=parakeet parley models try"])
    assert done.returncode == 1 and done.stdout == ""
    assert "parley: There is no speech engine parakeet: it is whisper" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="session")
def tritonserver() -> Callable[[Path, str], None]:
    """Puts a `tritonserver` into a folder: the one of PyPI, with the libraries that a container would have in place."""
    installed: Installed = install()

    def put(folder: Path, port: str) -> None:
        binaries, program = installed.environment / "bin", folder / "tritonserver"
        variables = {
            "PATH": f"{binaries}:{os.environ['PATH']}",
            "VIRTUAL_ENV": str(installed.environment),
            "LD_LIBRARY_PATH": ":".join(map(str, installed.libraries)),
        }
        options = [
            f"--backend-directory={installed.backends}",
            f"--grpc-port={port}",
            "--allow-http=false",
            "--allow-metrics=false",
        ]
        command = ["env", *(f"{name}={value}" for name, value in variables.items()), str(installed.program), *options]
        program.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
        program.chmod(0o755)

    return put
