"""Folders of recordings or pictures with references: one `manifest.jsonl`, one JSON object a line."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAME = "manifest.jsonl"


class ManifestError(Exception):
    """A folder that cannot be evaluated at all."""


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

    A `path` counts from the manifest's folder or from that folder's parent. Raises ManifestError where no manifest is
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
            yield Entry(_locate(manifest.parent, fields["path"]), fields)


def _locate(folder: Path, path: str) -> Path:
    """`path` from the folder, or from its parent where only that exists."""
    from_parent = folder.absolute().parent / path
    return from_parent if from_parent.exists() and not (folder / path).exists() else folder / path
