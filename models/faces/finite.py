"""The last look at what a face engine found: no number that is none may leave it."""

from collections.abc import Sequence

import numpy as np

from models.faces.contract import Face
from models.graphs.finite import NotFinite


def check_faces(engine: str, faces: Sequence[Sequence[Face]]) -> None:
    """Raise NotFinite, naming the frames, unless every number of every face is finite."""
    bad = [frame for frame, found in enumerate(faces) if not all(map(_is_finite, found))]
    if bad:
        raise NotFinite(engine, bad)


def _is_finite(face: Face) -> bool:
    values = (
        face.box, face.score, face.points, face.landmarks, face.pose, face.gaze, face.embedding, face.expressions
    )  # fmt: skip
    return all(bool(np.isfinite(value).all()) for value in values if value is not None)
