"""Get a Triton server from PyPI: `python -m ops.triton.install`.

The package nvidia-pytriton carries the server itself with its Python backend. It wants other versions of what Parley
uses, so it lives in an environment of its own beside the models, and is installed once.
"""

import fcntl
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from models.settings import ModelSettings
from ops.errors import OperatorError
from ops.progress import step, tell

_PACKAGES = ("nvidia-pytriton==0.7.0", "numpy<2")


@dataclass(frozen=True)
class Installed:
    """Where the server's program, its backends and the libraries that it needs are."""

    environment: Path

    @property
    def program(self) -> Path:
        return self._package / "tritonserver" / "bin" / "tritonserver"

    @property
    def backends(self) -> Path:
        return self._package / "tritonserver" / "backends"

    @property
    def stub(self) -> Path:
        """The program in which the Python backend runs a model, for this version of Python."""
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return self._package / "tritonserver" / "python_backend_stubs" / version / "triton_python_backend_stub"

    @property
    def libraries(self) -> list[Path]:
        return [Path(sysconfig.get_config_var("LIBDIR")), self._packages / "nvidia_pytriton.libs"]

    @property
    def _package(self) -> Path:
        return self._packages / "pytriton"

    @property
    def _packages(self) -> Path:
        return self.environment / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"


def install(cache: Path | None = None) -> Installed:
    """The server, installed now (a minute, 450 MB) where it is not in `cache` yet; by default under the models' folder.

    Several processes may ask at once. Raises OperatorError with what pip said.
    """
    root = cache or ModelSettings().models_dir / "cache"
    root.mkdir(parents=True, exist_ok=True)
    # The runtime of the tests and benchmarks, so that both sides compute alike.
    wanted = [*_PACKAGES, f"onnxruntime=={metadata.version('onnxruntime')}"]
    environment = root / f"triton-python{sys.version_info.major}.{sys.version_info.minor}"
    done = environment / ".installed"
    with (root / ".triton.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.is_file() or done.read_text() != "\n".join(wanted):
            shutil.rmtree(environment, ignore_errors=True)
            with step("Installing a Triton server"):
                _run(sys.executable, "-m", "venv", str(environment))
                pip = (str(environment / "bin" / "python"), "-m", "pip", "--disable-pip-version-check")
                _run(*pip, "install", "--quiet", "--no-input", *wanted)
                found = Installed(environment)
                shutil.copy2(found.stub, found.backends / "python")
            done.write_text("\n".join(wanted))
    return Installed(environment)


def _run(*command: str) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    if done.returncode != 0:
        said = " ".join(line for line in (done.stdout + done.stderr).splitlines()[-3:] if line.strip())
        raise OperatorError(f"The Triton server could not be installed: {said}")


if __name__ == "__main__":
    tell(f"The server is {install().program}.")
