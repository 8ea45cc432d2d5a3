"""Add a model: recognise, try, record, and only then let it serve."""

import hashlib
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

from models.added.recognise import Kind, WrongFile, recognise
from models.added.record import RECORD, AddedModel, folder, point_to
from models.added.trial import try_model
from models.speech.transcript import Language

_LICENCES: dict[Kind, str] = {
    "insightface-pack": (
        "The packs that insightface publishes (buffalo, antelope) are for non-commercial research only; "
        "a commercial use needs a licence from insightface. Other packs have their makers' licences."
    ),
    "nemo": "A checkpoint has its maker's licence: see where it was published.",
    "onnx": "A graph has its maker's licence: see where it was published.",
}
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")


def add_model(
    path: Path,
    root: Path,
    *,
    name: str | None = None,
    accept_licence: bool = False,
    languages: tuple[Language, ...] | None = None,
) -> AddedModel:
    """Copy the checkpoint, pack or graph at `path` among the models under `root`, and have it serve as `name`.

    name: the path's own, without its ending, by default. languages: what a checkpoint speaks, where its vocabulary does
    not tell. Raises WrongFile, and leaves everything as it was, where the
    path holds no usable model or the licence of a pack is not accepted. A version that is there already only comes to
    serve again.
    """
    name = name or (path.name if path.is_dir() else path.stem)
    if not _NAME.fullmatch(name):
        raise WrongFile(f"{name} is no name for a model: use letters, digits, dot, dash and underscore.")
    kind = recognise(path)
    if kind == "insightface-pack" and not accept_licence:
        raise WrongFile(f"{_LICENCES[kind]} To add it, accept that with --accept-licence.")
    if languages and kind != "nemo":
        raise WrongFile(f"{path} is no NeMo checkpoint, and only those speak languages.")
    versions = folder(root, name)
    versions.mkdir(parents=True, exist_ok=True)
    staging = versions / ".adding"
    shutil.rmtree(staging, ignore_errors=True)
    try:
        # What is tried is the copy, so that what serves is what was tried.
        brought = _copy(path, staging)
        sha256 = _sha256(brought)
        model = AddedModel(
            name=name,
            version=sha256[:12],
            kind=kind,
            sha256=sha256,
            licence=_LICENCES[kind],
            accepted=accept_licence,
            languages=languages,
            tried=try_model(brought, kind, languages),
            added_at=datetime.now(UTC),
            file=brought.relative_to(staging).as_posix(),
        )
        (staging / RECORD).write_text(model.model_dump_json(indent=2), encoding="utf-8")
        if (versions / model.version).exists():
            (staging / RECORD).replace(versions / model.version / RECORD)
        else:
            staging.rename(versions / model.version)
        point_to(root, model)
        return model
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        if not any(versions.iterdir()):
            versions.rmdir()


def _copy(path: Path, staging: Path) -> Path:
    brought = staging / path.name
    if path.is_dir():
        brought.mkdir(parents=True)
        for file in sorted(path.iterdir()):
            if file.is_file():  # a pack has no folders within
                shutil.copy2(file, brought / file.name)
    else:
        staging.mkdir(parents=True)
        shutil.copy2(path, brought)
    return brought


def _sha256(path: Path) -> str:
    """Of a file, or of a folder's list of names and hashes as sha256sum writes it."""
    if path.is_dir():
        lines = [f"{_sha256(file)}  {file.name}\n" for file in sorted(path.iterdir())]
        return hashlib.sha256("".join(lines).encode()).hexdigest()
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
