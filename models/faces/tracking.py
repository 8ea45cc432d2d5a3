"""Follow the faces of a take from frame to frame: look at the whole frame now and then, near the last place between.

A whole look is four fifths of what a frame costs. Between two of them each known face is looked for in a small patch
around its last place, which gives the same box and five points for a twentieth of the work, and a glance at the whole
frame at low resolution tells whether anybody else has come. Where either is unsure, the frame gets a whole look.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from models.faces.contract import Track
from models.faces.detector import CenterFaceDetector, Detection, holds, largest_first

PERIOD = 4  # frames from one whole look to the next: 2 s at the usual two frames a second
PATCH_SIDE = 128  # pixels; measured: 96 to 256 place the five points equally well, within 2 to 6 % of the eye distance
PATCH_SPAN = 2.0  # face sides that a patch spans, so that a face may move by half its own side between two frames
# Longest side in pixels at which the whole frame is glanced at. Measured in frames of 640: faces of 64 pixels are seen
# in 90 % of glances, of 80 in all; smaller ones wait for the next whole look, which sees them from 24 on.
GLANCE_SIDE = 192
SAME_FACE = 0.2  # intersection over union with the last place; a face that moved by half its side has 0.33


@dataclass(frozen=True)
class Sight:
    """What one frame shows, largest face first; `whole` tells whether all of the frame was looked at in full."""

    detections: list[Detection]
    whole: bool


class FaceTracker:
    """Finds the faces of frames of many takes, each knowing the faces of its take's frame before. Keeps no state."""

    def __init__(self, detector: CenterFaceDetector) -> None:
        self._detector = detector

    def locate(self, frames: Sequence[NDArray[np.uint8]], tracks: Sequence[Track]) -> list[Sight]:
        """What each frame, uint8 RGB [h, w, 3], shows; row i of `tracks` is the track that frame i follows."""
        sights: dict[int, Sight] = {}
        known = [i for i, track in enumerate(tracks) if track.age < PERIOD and track.shape == frames[i].shape]
        nearby = self._near([frames[i] for i in known], [tracks[i].boxes for i in known])
        sure = [i for i, found in zip(known, nearby, strict=True) if _all_apart(found)]
        found_near = dict(zip(known, nearby, strict=True))
        for i, others in zip(sure, self._detector.look([frames[i] for i in sure], GLANCE_SIDE), strict=True):
            followed = [face for face in found_near[i] if face is not None]
            if all(any(holds(face, other) for face in followed) for other in others):
                sights[i] = Sight(largest_first(followed), whole=False)
        unsure = [i for i in range(len(frames)) if i not in sights]
        looked = self._detector.detect([frames[i] for i in unsure])
        # Looked at once more in patches, so that every frame of a take is measured at one scale.
        boxes = [_boxes(found) for found in looked]
        again = self._near([frames[i] for i in unsure], boxes)
        for i, found, closer in zip(unsure, looked, again, strict=True):
            best = [near or far for near, far in zip(closer, found, strict=True)]
            sights[i] = Sight(largest_first(best if _all_apart(best) else found), whole=True)
        return [sights[i] for i in range(len(frames))]

    def _near(
        self, frames: Sequence[NDArray[np.uint8]], boxes: Sequence[NDArray[np.float32]]
    ) -> list[list[Detection | None]]:
        """Per frame and box [4] of its boxes [n, 4] the face that is now where the box was, or None."""
        places = [(frame, box) for frame, last in zip(frames, boxes, strict=True) for box in last]
        patches = [_patch(frame, box) for frame, box in places]
        found = iter(self._detector.look([patch for patch, _, _ in patches], PATCH_SIDE))
        faces = (
            _same([_to_frame(face, corner, scale, frame.shape) for face in next(found)], box)
            for (frame, box), (_, corner, scale) in zip(places, patches, strict=True)
        )
        return [[next(faces) for _ in last] for last in boxes]


def advance(track: Track, frame: NDArray[np.uint8], sight: Sight, embedded: bool) -> Track:
    """The track that the next frame of the take follows; `embedded` tells whether faces here were identified."""
    return replace(
        track,
        boxes=_boxes(sight.detections),
        shape=frame.shape,
        age=1 if sight.whole else track.age + 1,
        embedded=track.embedded + (1 if embedded and sight.detections else 0),
    )


def _patch(frame: NDArray[np.uint8], box: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float32], float]:
    """The square around a face, uint8 [PATCH_SIDE, PATCH_SIDE, 3] and black beyond the frame, its corner and scale."""
    side = max(2, round(float((box[2:] - box[:2]).max()) * PATCH_SPAN))
    left, top = np.floor((box[:2] + box[2:]) / 2 - side / 2).astype(int).tolist()
    height, width = frame.shape[:2]
    square = np.zeros((side, side, 3), np.uint8)
    inside = frame[max(0, top) : min(height, top + side), max(0, left) : min(width, left + side)]
    row, column = max(0, -top), max(0, -left)
    square[row : row + inside.shape[0], column : column + inside.shape[1]] = inside
    way = cv2.INTER_AREA if side > PATCH_SIDE else cv2.INTER_LINEAR
    patch = cv2.resize(square, (PATCH_SIDE, PATCH_SIDE), interpolation=way).astype(np.uint8, copy=False)
    return patch, np.array([left, top], np.float32), PATCH_SIDE / side


def _to_frame(face: Detection, corner: NDArray[np.float32], scale: float, shape: tuple[int, ...]) -> Detection:
    box = np.tile(corner, 2) + face.box / np.float32(scale)
    inside = box.clip(0, [shape[1], shape[0], shape[1], shape[0]]).astype(np.float32)
    return Detection(inside, face.score, (corner + face.points / np.float32(scale)).astype(np.float32))


def _same(faces: list[Detection], box: NDArray[np.float32]) -> Detection | None:
    """The face that overlaps the last place most, if any does."""
    best = max(faces, key=lambda face: _overlap(face.box, box), default=None)
    return best if best is not None and _overlap(best.box, box) >= SAME_FACE else None


def _all_apart(faces: Sequence[Detection | None]) -> bool:
    """Whether every face was found, and no two at one place: neighbours' patches show both."""
    found = [face for face in faces if face is not None]
    return len(found) == len(faces) and not any(
        _overlap(one.box, other.box) >= SAME_FACE for n, one in enumerate(found) for other in found[:n]
    )


def _overlap(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Intersection over union of two boxes."""
    common = float((np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])).clip(0).prod())
    union = float((a[2:] - a[:2]).prod() + (b[2:] - b[:2]).prod()) - common
    return common / union if union > 0 else 0.0


def _boxes(faces: Sequence[Detection]) -> NDArray[np.float32]:
    return np.array([face.box for face in faces], np.float32).reshape(-1, 4)
