"""`parley --help` answers at once: commands import what takes seconds to load when they run."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.unit

HEAVY = ("torch", "ray", "sklearn", "onnx", "onnxruntime", "insightface", "cv2", "av", "psycopg", "httpx", "numpy")


def test_the_command_imports_nothing_heavy() -> None:
    program = f"import sys, ops.cli; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr


@pytest.mark.parametrize("group", [[], ["bench"], ["evaluate"], ["models"]])
def test_help_is_shown(group: list[str]) -> None:
    program = "import sys; from ops.cli import main; main()"
    command = [sys.executable, "-c", program, *group, "--help"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "Usage" in done.stdout


def test_what_an_operator_can_mend_is_still_told_in_one_line() -> None:
    program = "from ops.cli import main; main()"
    command = [sys.executable, "-c", program, "models", "fetch", "no-such-model"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith("parley: ") and done.stderr.count("\n") == 1
