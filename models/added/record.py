"""What is known of added models, and which version of each serves.

A model `name` lies in `<models root>/added/<name>/<version>/`, its record beside it in `record.json`; the link
`current` names the version that serves.
"""

import re
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from models.added.recognise import Kind
from models.speech.transcript import Language

RECORD, CURRENT = "record.json", "current"
_VERSION = re.compile(r"[0-9a-f]{12}")


class AddedModel(BaseModel):
    """One version of an added model.

    sha256: of its file, or of the names and hashes of a pack's files. version: its first twelve digits. licence: what
    was told of it when it was added; accepted: whether the person who added it acknowledged that. languages: what a
    checkpoint speaks, as that person declared it; None: its vocabulary tells. tried: what a trial on samples found.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: str
    kind: Kind
    sha256: str
    licence: str
    accepted: bool
    languages: tuple[Language, ...] | None = None
    tried: str
    added_at: datetime
    file: str  # of the model in the version's folder; "." where it is the folder

    @property
    def reference(self) -> str:
        """Name and version, as engines and reports tell them."""
        return f"{self.name}@{self.version}"

    def path(self, root: Path) -> Path:
        """Where the model lies."""
        return folder(root, self.name) / self.version / self.file


def folder(root: Path, name: str) -> Path:
    """Where the versions of an added model lie."""
    return root / "added" / name


def added_model(name: str, root: Path) -> AddedModel | None:
    """The version of an added model that serves, or None where none was added."""
    record = folder(root, name) / CURRENT / RECORD
    return AddedModel.model_validate_json(record.read_text(encoding="utf-8")) if record.is_file() else None


def added_models(root: Path) -> list[AddedModel]:
    """The versions that serve, by name."""
    names = sorted(path.parent.name for path in (root / "added").glob(f"*/{CURRENT}"))
    return [model for name in names if (model := added_model(name, root)) is not None]


def added_versions(root: Path) -> list[AddedModel]:
    """Every version that is kept, by name, and of one name in the order in which they were last added."""
    records = [path for path in (root / "added").glob(f"*/*/{RECORD}") if _VERSION.fullmatch(path.parent.name)]
    kept = [AddedModel.model_validate_json(path.read_text(encoding="utf-8")) for path in records]
    return sorted(kept, key=lambda model: (model.name, model.added_at))


def point_to(root: Path, model: AddedModel) -> None:
    """Have a version serve from now on: whoever reads sees the old one or the new one, never none."""
    draft = folder(root, model.name) / f".{CURRENT}"
    draft.unlink(missing_ok=True)
    draft.symlink_to(model.version)
    draft.rename(folder(root, model.name) / CURRENT)
