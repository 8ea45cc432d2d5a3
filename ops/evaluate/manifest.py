"""Folders of recordings or pictures with references: one `manifest.jsonl`, one JSON object a line."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

NAME = "manifest.jsonl"


class ManifestError(Exception):
    """A folder that cannot be evaluated at all."""


class FileError(BaseModel):
    """A file or line that could not be evaluated, and why."""

    model_config = ConfigDict(frozen=True)

    path: str
    reason: str


@dataclass(frozen=True)
class Entry:
    """One line: the file it names (which may be missing) and its other fields."""

    path: Path
    fields: dict[str, Any]


@dataclass(frozen=True)
class BadLine:
    """One line that names no file; `where` is the manifest and the line's number."""

    where: str
    reason: str


def read_manifest(data: Path) -> Iterator[Entry | BadLine]:
    """The entries of `data`/manifest.jsonl or, where there is none, of the manifests of its sub-folders.

    Raises ManifestError where no manifest is
    found.
    """
    manifests = [data / NAME] if (data / NAME).is_file() else sorted(data.glob(f"*/{NAME}"))
    if not manifests:
        raise ManifestError(f"There is no {NAME} in {data} or in a folder directly below it.")
    return (line for manifest in manifests for line in _read(manifest))


def _read(manifest: Path) -> Iterator[Entry | BadLine]:
    with manifest.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            where = f"{manifest}:{number}"
            try:
                fields = json.loads(line)
            except ValueError as error:
                yield BadLine(where, f"not JSON: {error}")
                continue
            if not isinstance(fields, dict) or not isinstance(fields.get("path"), str):
                yield BadLine(where, 'has no "path"')
                continue
            yield Entry(locate(manifest.parent, fields["path"]), fields)


def locate(folder: Path, path: str) -> Path:
    """The file that a manifest in `folder` names: its path counts from the folder or from the folder's parent.

    A folder that was copied under another name still has its paths begin with the old one.
    """
    below = Path(*Path(path).parts[1:])
    candidates = (folder / path, folder.absolute().parent / path, folder / below)
    return next((candidate for candidate in candidates if candidate.is_file()), folder / path)
