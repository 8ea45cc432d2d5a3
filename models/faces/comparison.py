"""Whether two pictures show the same person: one of the face before the camera, one to compare it with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from models.faces.contract import Face, IdentityRule
from models.faces.identity import is_clear

Verdict = Literal["match", "no_match", "unsure"]
Reason = Literal[
    "same_person", "another_person", "too_close", "no_embedding",
    "no_face", "several_faces", "face_unclear", "unreadable",
    "reference_without_face", "reference_with_several_faces", "reference_unclear", "reference_unreadable",
]  # fmt: skip

# Distances from the engine's threshold up to this many times it are unsure. Our thresholds are strict, others' are not:
# dlib's own is 0.6 (99.38 % on LFW) where ours is 0.5, and insightface's example calls a similarity of 0.28, a distance
# of 0.72, "the same person" where ours is 0.6. Both are 1.2 times ours: who is no match here is one for neither.
UNSURE_UP_TO = 1.2
# Documents bear the portrait a second time, smaller: only faces of at least this part of the largest one's side count.
_AS_LARGE = 0.7


@dataclass(frozen=True)
class Comparison:
    """What a comparison found, and why."""

    verdict: Verdict
    reason: Reason


def compare_faces(live: Sequence[Face], reference: Sequence[Face], rule: IdentityRule) -> Comparison:
    """Compare the face before the camera with the reference's; each picture's faces come largest first.

    unsure where a picture shows no face, several or none that is large and frontal enough, or the distance lies within
    the band above the threshold.
    """
    large = [face for face in reference if _side(face) >= _AS_LARGE * _side(reference[0])]
    problem = _problem(live, "no_face", "several_faces", "face_unclear") or _problem(
        large, "reference_without_face", "reference_with_several_faces", "reference_unclear"
    )
    if problem is not None:
        return Comparison("unsure", problem)
    own, other = live[0].embedding, large[0].embedding
    if own is None or other is None:
        return Comparison("unsure", "no_embedding")
    distance = rule.distance(own, other)
    if distance <= rule.threshold:
        return Comparison("match", "same_person")
    if distance <= UNSURE_UP_TO * rule.threshold:
        return Comparison("unsure", "too_close")
    return Comparison("no_match", "another_person")


def _problem(faces: Sequence[Face], none: Reason, several: Reason, unclear: Reason) -> Reason | None:
    if not faces:
        return none
    if len(faces) > 1:
        return several
    return None if is_clear(faces[0]) else unclear


def _side(face: Face) -> float:
    return float(max(face.box[2:] - face.box[:2]))
