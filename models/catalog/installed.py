"""Whether a model's files are here and whole. A model lies in `<models root>/<name>/`."""

import hashlib
from pathlib import Path
from typing import Literal

from models.catalog.entry import Entry, load_catalogue


class ModelMissing(Exception):
    """A model, or a file of it, is not here."""


class ModelCorrupt(Exception):
    """A file of a model is not what the catalogue says."""


def model_folder(name: str, root: Path) -> Path:
    """The folder of a catalogued model whose files are all here with the right sizes: cheap, for every start.

    Raises `ModelMissing`, `ModelCorrupt`, `UnknownModel`.
    """
    entry = load_catalogue().entry(name)
    check_sizes(entry, root)
    return root / name


def check_sizes(entry: Entry, root: Path) -> None:
    """Raises `ModelMissing` or `ModelCorrupt` unless every file is here with the right size."""
    for file in entry.files:
        path = root / entry.name / file.name
        if not path.is_file():
            raise ModelMissing(f"The model {entry.name} is not complete: {path} is missing. {_fix(entry)}")
        size = path.stat().st_size
        if size != file.size:
            raise ModelCorrupt(f"{path} is corrupt: {size} bytes instead of {file.size}. {_fix(entry)}")


def verify(entry: Entry, root: Path) -> None:
    """Read every byte. Raises `ModelMissing` or `ModelCorrupt` unless every file has the right sha256."""
    check_sizes(entry, root)
    for file in entry.files:
        path = root / entry.name / file.name
        with path.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        if digest != file.sha256:
            raise ModelCorrupt(f"{path} is corrupt: its sha256 is {digest} instead of {file.sha256}. {_fix(entry)}")


def state(entry: Entry, root: Path) -> Literal["ready", "missing", "corrupt"]:
    """For a list of models; judged by sizes only."""
    try:
        check_sizes(entry, root)
    except ModelMissing:
        return "missing"
    except ModelCorrupt:
        return "corrupt"
    return "ready"


def _fix(entry: Entry) -> str:
    return f"Fetch it with: parley models fetch {entry.name}"
