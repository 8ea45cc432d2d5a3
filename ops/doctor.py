"""What this machine lacks to run Parley, and how to get it."""

import os
import platform
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import psutil
from packaging.requirements import Requirement

from loadtests.browser.chromium import find_chromium
from models.catalog import ModelCorrupt, ModelMissing, load_catalogue
from models.catalog.installed import check_sizes
from ops.embedded import EmbeddedError, ports
from ops.embedded.home import Home
from ops.settings import OpsSettings

_DISK_GB = 5.0  # the servers' data, and room for the recordings of a day
_MEMORY_GB = 4.0  # the embedded cluster at rest, with all models loaded


@dataclass(frozen=True)
class Check:
    """One finding. Where it is not ok, `fix` says what to do; a check that is not `required` only advises."""

    name: str
    ok: bool
    detail: str
    fix: str = ""
    required: bool = True


def run_checks(settings: OpsSettings, models_root: Path) -> list[Check]:
    """All checks, in the order in which a person would mend them. Changes nothing."""
    checks = [_python(), _platform(), _packages(), _torch(), _memory(), *_models(models_root), _chromium()]
    if settings.database_url is None:
        checks += [_setpriv(), *_home(settings.home.expanduser().resolve()), *_ports(settings)]
    return checks


def _python() -> Check:
    ok = (3, 11) <= sys.version_info[:2] < (3, 13)
    return Check("python", ok, platform.python_version(), "Parley needs 3.11 or 3.12: make clean setup PYTHON=...")


def _platform() -> Check:
    system, machine = platform.system(), platform.machine()
    return Check(
        "platform",
        (system, machine) == ("Linux", "x86_64"),
        f"{system} {machine}, {os.cpu_count()} cores",
        "The embedded servers are built for Linux on x86_64. Elsewhere, use external ones: set PARLEY_DATABASE_URL "
        "and PARLEY_S3_URL.",
    )


def _packages() -> Check:
    wrong = list(_unmet(metadata.requires("parley") or []))
    return Check("packages", not wrong, ", ".join(wrong) or "all installed", "make setup")


def _unmet(requirements: Iterable[str]) -> Iterable[str]:
    for requirement in map(Requirement, requirements):
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            version = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            yield f"{requirement.name} is missing"
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            yield f"{requirement.name} is {version} instead of {requirement.specifier}"


def _torch() -> Check:
    try:
        import torch
    except (ImportError, OSError) as error:
        return Check("torch", False, f"does not load: {error}", "make clean setup")
    if torch.cuda.is_available():
        return Check("torch", True, f"{torch.__version__} on {torch.cuda.get_device_name()}")
    unused = shutil.which("nvidia-smi") is not None
    return Check(
        "torch",
        not unused,
        f"{torch.__version__} on the CPU" + ("; the GPU of this machine is not used" if unused else ""),
        "Install the CUDA build of torch: make clean setup. If it is installed, check the driver: nvidia-smi",
        required=False,
    )


def _memory() -> Check:
    free = psutil.virtual_memory().available / 2**30
    fix = f"Parley on one machine needs about {_MEMORY_GB:g} GB: close other programs, or use a larger machine."
    return Check("memory", free >= _MEMORY_GB, f"{free:.1f} GB available", fix)


def _models(root: Path) -> Iterable[Check]:
    for entry in load_catalogue().entries:
        name, fix = f"model {entry.name}", f"parley models fetch {entry.name}"
        try:
            check_sizes(entry, root)
            yield Check(name, True, f"{entry.size / 1e6:.0f} MB in {root / entry.name}")
        except (ModelMissing, ModelCorrupt) as error:
            yield Check(name, False, str(error).partition(" Fetch it")[0], fix)


def _chromium() -> Check:
    found = find_chromium()
    return Check("chromium", found is not None, found or "missing", "For browser tests: make browser", required=False)


def _setpriv() -> Check:
    found = shutil.which("setpriv")
    return Check("setpriv", found is not None, found or "missing", "apt-get install util-linux")


def _home(home: Path) -> Iterable[Check]:
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(place).free / 2**30
    fix = f"Make room for {_DISK_GB:g} GB, or set PARLEY_HOME to a folder on another disk."
    yield Check("disk", free >= _DISK_GB, f"{free:.1f} GB free under {place}", fix)
    writable = place.is_dir() and os.access(place, os.W_OK | os.X_OK)
    detail = f"{home} is {'writable' if writable else 'not writable'}"
    yield Check("home", writable, detail, "Set PARLEY_HOME to a folder that this user may write to.")
    if writable and place == home:
        yield _lock(Home(home))


def _lock(home: Home) -> Check:
    try:
        home.acquire()
    except EmbeddedError as error:
        return Check("lock", True, str(error).partition(" Stop it")[0])
    try:
        leftovers = home.read("children.json")
    except EmbeddedError as error:
        return Check("lock", False, str(error), f"Remove {home.root / 'children.json'}.")
    finally:
        home.release()
    return Check("lock", True, "an earlier run was killed; the next start tidies up" if leftovers else "free")


def _ports(settings: OpsSettings) -> Iterable[Check]:
    explicit = {
        "PARLEY_PORT": settings.port,
        "PARLEY_POSTGRES_PORT": settings.postgres_port,
        "PARLEY_S3_PORT": settings.s3_port,
    }
    for name, port in explicit.items():
        if port is not None:
            free = ports.is_free(port)
            detail = f"{port} is free" if free else f"{port} is taken by {ports.holder(port)}"
            yield Check(name, free, detail, f"Unless that is Parley itself: stop it, or set {name} to another port.")
