"""The one contract behind which every face engine stands."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

EXPRESSIONS = ("neutral", "happy", "sad", "angry", "fearful", "disgusted", "surprised")


@dataclass(frozen=True)
class Face:
    """One face in one frame.

    box: float32 [4], x0 y0 x1 y1 in pixels of the frame; score: detector confidence 0..1.
    points: float32 [5, 2], eyes, nose, mouth corners (insightface order); landmarks: float32 [68, 2] or None.
    pose: float32 [3], yaw, pitch, roll in degrees (0 is frontal; yaw > 0 turns to the picture's right, pitch > 0 looks
    up, roll > 0 tilts clockwise) or None.
    gaze: horizontal place of the irises, in eye widths from the middle of the eye (> 0: picture's right), or None.
    embedding: float32 [d], L2-normalised or raw as the engine's `identity_rule` needs; None where the engine has none,
    and in those frames of a followed take in which it was not computed.
    expressions: float32 [7], probabilities in the order of EXPRESSIONS; None where the engine has none, and in a take
    whose `Track` rules them out.
    """

    box: NDArray[np.float32]
    score: float
    points: NDArray[np.float32]
    landmarks: NDArray[np.float32] | None = None
    pose: NDArray[np.float32] | None = None
    gaze: float | None = None
    embedding: NDArray[np.float32] | None = None
    expressions: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class IdentityRule:
    """When two embeddings of one engine are the same person: at a distance of at most `threshold`.

    The distance is Euclidean, or cosine (1 - similarity, 0..2).
    """

    metric: Literal["euclidean", "cosine"]
    threshold: float

    def distance(self, a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
        """The distance between two embeddings [d]."""
        if self.metric == "euclidean":
            return float(np.linalg.norm(a - b))
        return 1.0 - float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


@dataclass(frozen=True)
class Track:
    """Where a take's faces were in its last frame: all that an engine needs to follow them into the next.

    boxes: float32 [n, 4], x0 y0 x1 y1 in pixels; shape: of that frame, (h, w, 3). age: frames since all of a frame was
    last looked at; embedded: frames of the take so far whose faces have embeddings. A new Track begins a take.
    expressions: whether the take's faces may be read for expressions. Where they may not, no engine computes them: the
    EU AI Act, Art. 5(1)(f), forbids inferring emotions at work, not only showing what was inferred.
    """

    boxes: NDArray[np.float32] = field(default_factory=lambda: np.empty((0, 4), np.float32))
    shape: tuple[int, ...] = ()
    age: int = 0
    embedded: int = 0
    expressions: bool = True


@dataclass(frozen=True)
class Stretch:
    """Consecutive frames of one take, each uint8 RGB [h, w, 3], and the track that the frames before them left."""

    frames: Sequence[NDArray[np.uint8]]
    track: Track = field(default_factory=Track)


@dataclass(frozen=True)
class Followed:
    """The faces of a stretch: row i belongs to its frame i, largest face first; `track` is for the stretch after it."""

    faces: list[list[Face]]
    track: Track


class FaceEngine(Protocol):
    """Frames in, faces out: row i of the result belongs to frame i, largest face first."""

    name: str  # engine and version, as the report names it
    identity_rule: IdentityRule

    def analyse(self, frames: Sequence[NDArray[np.uint8]]) -> list[list[Face]]:
        """Analyse frames, each uint8 RGB [h, w, 3]; frames of equal size share a batch."""
        ...

    def follow(self, stretches: Sequence[Stretch]) -> list[Followed]:
        """Analyse stretches of many takes together; row i belongs to stretch i.

        An engine may look less closely at a frame whose take it has seen before. How a take is cut into stretches makes
        no difference, and the engine keeps nothing between calls. Takes with and without expressions may share a call;
        each returned track says of expressions what the given one does.
        """
        ...
