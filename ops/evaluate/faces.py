"""How well a face engine finds faces, tells people apart and sees smiles, on a folder of labelled pictures.

The folder's manifest.jsonl holds one picture a line: `path`, `faces` (how many it shows), and where known `person`,
`label` ("neutral", "happy"), `condition` (how it was made hard). A pairs.jsonl (`a`, `b`, `same`) is optional.
"""

import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError
from sklearn.metrics import roc_auc_score

from models.faces.contract import Face, IdentityRule
from models.faces.measures import smile_score
from models.faces.picture import PictureError, read_picture
from ops.evaluate.manifest import BadLine, FileError, locate, read_manifest

BATCH = 8  # pictures per call of the engine
MOST_DIFFERENT = 20_000  # derived pairs of different people; more would only take longer
NO_FACE = 1e6  # the distance of a pair in which a face was not found: further than any measured

Analyse = Callable[[list[NDArray[np.uint8]]], list[list[Face]]]


class FaceCounts(BaseModel):
    pictures: int = 0
    faces_expected: int = 0
    faces_found: int = 0
    false_faces: int = 0


class FacesEvaluation(FaceCounts):
    """What `evaluate_faces` measured; a rate or an AUC is None where the folder has nothing to measure it on."""

    engine: str
    identity_auc: float | None
    identity_tpr: float | None
    identity_fpr: float | None
    identity_threshold: float
    same_pairs: int
    different_pairs: int
    smile_auc: float | None
    neutral_faces: int
    happy_faces: int
    frames_per_second: float | None
    variants: dict[str, FaceCounts]
    errors: int
    error_files: list[FileError]


class _Picture(BaseModel):
    path: str
    faces: int
    person: str | None = None
    label: str | None = None
    condition: str | None = None

    @property
    def variant(self) -> str:
        if self.condition:
            return self.condition
        return "non-face" if self.faces == 0 else "clean" if self.faces == 1 else "several"


class _Pair(BaseModel):
    a: str
    b: str
    same: bool


def evaluate_faces(data: Path, analyse: Analyse, *, engine: str, rule: IdentityRule) -> FacesEvaluation:
    """Run `analyse` (uint8 RGB pictures in, faces of each out, largest first) over a folder and measure.

    Detection: a picture labelled with n faces in which m were detected counts min(n, m) as found and max(0, m - n) as
    false; places are not compared. Variants: the picture's `condition`, else clean (one face), several or non-face.

    Identity: over the folder's pairs, else over all pairs of its undamaged pictures of one named person each; the
    largest face of each picture is compared. tpr and fpr are the shares of same and of different pairs with a distance
    of at most `threshold`. A pair in which a face was not found counts as different.

    Smile: AUC of `smile_score` between undamaged pictures of one face labelled happy and neutral, where it was found.
    Damaged pictures stay out, for their damage would be mixed with their label.

    A line or picture that cannot be read is an entry in `error_files` and counts in nothing else. frames_per_second
    counts the time in `analyse` alone. `rule` is the engine's own. Raises ManifestError where there is no manifest.
    """
    pictures, errors = _pictures(data)
    faces: dict[Path, list[Face]] = {}
    seconds = 0.0
    paths = list(pictures)
    for first in range(0, len(paths), BATCH):
        batch: dict[Path, NDArray[np.uint8]] = {}
        for path in paths[first : first + BATCH]:
            try:
                batch[path] = read_picture(path)
            except PictureError as error:
                errors.append(FileError(path=pictures[path].path, reason=str(error)))
        started = time.perf_counter()
        found = analyse(list(batch.values())) if batch else []
        seconds += time.perf_counter() - started
        faces.update(zip(batch, found, strict=True))
    pictures = {path: picture for path, picture in pictures.items() if path in faces}
    total, variants = _count(pictures, faces)
    same, different = _distances(_pairs(data, pictures), faces, rule)
    neutral, happy = _smiles(pictures, faces, "neutral"), _smiles(pictures, faces, "happy")
    return FacesEvaluation(
        **total.model_dump(),
        engine=engine,
        identity_auc=_auc([-value for value in same], [-value for value in different]),
        identity_tpr=_share(same, rule.threshold),
        identity_fpr=_share(different, rule.threshold),
        identity_threshold=rule.threshold,
        same_pairs=len(same),
        different_pairs=len(different),
        smile_auc=_auc(happy, neutral),
        neutral_faces=len(neutral),
        happy_faces=len(happy),
        frames_per_second=round(len(faces) / seconds, 2) if faces else None,
        variants=variants,
        errors=len(errors),
        error_files=errors,
    )


def _pictures(data: Path) -> tuple[dict[Path, _Picture], list[FileError]]:
    pictures: dict[Path, _Picture] = {}
    errors = []
    for entry in read_manifest(data):
        if isinstance(entry, BadLine):
            errors.append(FileError(path=entry.where, reason=entry.reason))
            continue
        try:
            pictures[entry.path] = _Picture.model_validate(entry.fields)
        except ValidationError as error:
            errors.append(FileError(path=entry.fields["path"], reason=str(error)))
    return pictures, errors


def _count(pictures: dict[Path, _Picture], faces: dict[Path, list[Face]]) -> tuple[FaceCounts, dict[str, FaceCounts]]:
    total, variants = FaceCounts(), defaultdict[str, FaceCounts](FaceCounts)
    for path, picture in pictures.items():
        detected = len(faces[path])
        for counts in (total, variants[picture.variant]):
            counts.pictures += 1
            counts.faces_expected += picture.faces
            counts.faces_found += min(picture.faces, detected)
            counts.false_faces += max(0, detected - picture.faces)
    return total, dict(variants)


def _pairs(data: Path, pictures: dict[Path, _Picture]) -> list[tuple[Path, Path, bool]]:
    """Pairs of readable pictures, and whether they show the same person."""
    listed = data / "pairs.jsonl"
    if listed.exists():
        pairs = [_Pair.model_validate_json(line) for line in listed.read_text("utf-8").splitlines() if line.strip()]
        known = [(locate(data, pair.a), locate(data, pair.b), pair.same) for pair in pairs]
        return [(a, b, same) for a, b, same in known if a in pictures and b in pictures]
    single = [path for path, picture in pictures.items() if picture.person and picture.variant == "clean"]
    same: list[tuple[Path, Path, bool]] = []
    different: list[tuple[Path, Path, bool]] = []
    for a, b in combinations(single, 2):
        alike = pictures[a].person == pictures[b].person
        (same if alike else different).append((a, b, alike))
    if len(different) > MOST_DIFFERENT:
        different = random.Random(0).sample(different, MOST_DIFFERENT)
    return same + different


def _distances(
    pairs: Sequence[tuple[Path, Path, bool]], faces: dict[Path, list[Face]], rule: IdentityRule
) -> tuple[list[float], list[float]]:
    """Distances of the same and of the different pairs; none where the engine has no embeddings at all."""
    embeddings = {path: found[0].embedding for path, found in faces.items() if found}
    measured: tuple[list[float], list[float]] = ([], [])
    if all(embedding is None for embedding in embeddings.values()):
        return measured
    for a, b, same in pairs:
        one, other = embeddings.get(a), embeddings.get(b)
        measured[0 if same else 1].append(NO_FACE if one is None or other is None else rule.distance(one, other))
    return measured


def _smiles(pictures: dict[Path, _Picture], faces: dict[Path, list[Face]], label: str) -> list[float]:
    labelled = [path for path, picture in pictures.items() if picture.label == label and picture.variant == "clean"]
    scores = [smile_score(faces[path][0]) for path in labelled if faces[path]]
    return [score for score in scores if score is not None]


def _auc(higher: list[float], lower: list[float]) -> float | None:
    """The chance that a value of `higher` is above one of `lower`."""
    if not higher or not lower:
        return None
    return float(roc_auc_score([1] * len(higher) + [0] * len(lower), higher + lower))


def _share(distances: list[float], threshold: float) -> float | None:
    return float(np.mean(np.array(distances) <= threshold)) if distances else None
