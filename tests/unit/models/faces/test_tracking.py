from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from models.faces.contract import Track
from models.faces.detector import CenterFaceDetector, Detection
from models.faces.tracking import GLANCE_SIDE, PATCH_SIDE, PERIOD, FaceTracker, Sight, advance

pytestmark = pytest.mark.unit

Picture = NDArray[np.uint8]


@dataclass
class SquareDetector:
    """Sees bright squares on black as faces, in a glance only those of at least 8 pixels; counts its looks."""

    looks: dict[int | str, int] = field(default_factory=dict)

    def detect(self, frames: Sequence[Picture]) -> list[list[Detection]]:
        self.looks["whole"] = self.looks.get("whole", 0) + len(frames)
        return [squares(frame) for frame in frames]

    def look(self, frames: Sequence[Picture], side: int) -> list[list[Detection]]:
        self.looks[side] = self.looks.get(side, 0) + len(frames)
        scale = [min(1.0, side / max(frame.shape[:2])) for frame in frames]
        return [
            [face for face in squares(frame) if (face.box[2] - face.box[0]) * factor >= 8]
            for frame, factor in zip(frames, scale, strict=True)
        ]


def squares(frame: Picture) -> list[Detection]:
    found = []
    for value in sorted(set(np.unique(frame[..., 0]).tolist()) - set(range(100))):
        rows, columns = np.nonzero(np.abs(frame[..., 0].astype(int) - value) < 3)
        box = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1], np.float32)
        if (box[2:] - box[:2]).min() > 4 and not any(np.allclose(box, face.box, atol=4) for face in found):
            found.append(Detection(box, 0.9, np.tile((box[:2] + box[2:]) / 2, (5, 1)).astype(np.float32)))
    return found


def frame(*faces: tuple[int, int, int]) -> Picture:
    """A frame of 640 x 480 with a square of each (left, top, side), each of its own brightness."""
    picture = np.zeros((480, 640, 3), np.uint8)
    for n, (left, top, side) in enumerate(faces):
        picture[top : top + side, left : left + side] = 250 - 40 * n
    return picture


def follow(frames: Sequence[Picture], detector: SquareDetector) -> list[Sight]:
    tracker, track, sights = FaceTracker(cast(CenterFaceDetector, detector)), Track(), []
    for picture in frames:
        (sight,) = tracker.locate([picture], [track])
        track = advance(track, picture, sight, embedded=sight.whole)
        sights.append(sight)
    return sights


def test_between_whole_looks_a_face_is_followed_in_patches() -> None:
    detector = SquareDetector()
    places = [(100 + 20 * n, 100 + 10 * n, 128) for n in range(PERIOD + 1)]
    sights = follow([frame(place) for place in places], detector)
    assert [sight.whole for sight in sights] == [True] + [False] * (PERIOD - 1) + [True]
    for sight, (left, top, side) in zip(sights, places, strict=True):
        assert sight.detections[0].box == pytest.approx([left, top, left + side, top + side], abs=3)
        assert sight.detections[0].points[0] == pytest.approx([left + side / 2, top + side / 2], abs=3)
    assert detector.looks == {"whole": 2, PATCH_SIDE: PERIOD + 1, GLANCE_SIDE: PERIOD - 1}


def test_a_face_that_is_gone_is_missed_at_once() -> None:
    sights = follow([frame((100, 100, 128)), frame(), frame()], SquareDetector())
    assert [len(sight.detections) for sight in sights] == [1, 0, 0]
    assert [sight.whole for sight in sights] == [True, True, False]


def test_a_face_that_jumps_is_found_by_a_whole_look() -> None:
    sights = follow([frame((100, 100, 128)), frame((400, 300, 128))], SquareDetector())
    assert [sight.whole for sight in sights] == [True, True]
    assert sights[1].detections[0].box == pytest.approx([400, 300, 528, 428], abs=3)


def test_a_large_face_that_enters_is_seen_at_once_and_a_small_one_within_the_period() -> None:
    alone, large, small = frame((100, 100, 128)), [(100, 100, 128), (400, 100, 80)], [(100, 100, 128), (400, 100, 20)]
    assert [len(sight.detections) for sight in follow([alone, frame(*large)], SquareDetector())] == [1, 2]
    sights = follow([alone, *[frame(*small)] * PERIOD], SquareDetector())
    assert [len(sight.detections) for sight in sights] == [1] * PERIOD + [2]


def test_two_faces_at_one_place_are_looked_at_again() -> None:
    sights = follow([frame((100, 100, 100), (300, 100, 100)), frame((190, 100, 100))], SquareDetector())
    assert [len(sight.detections) for sight in sights] == [2, 1]
    assert sights[1].whole


def test_a_frame_of_another_size_begins_anew() -> None:
    turned = np.ascontiguousarray(np.rot90(frame((100, 100, 128))))
    assert [sight.whole for sight in follow([frame((100, 100, 128)), turned], SquareDetector())] == [True, True]


def test_takes_of_one_call_keep_apart() -> None:
    detector = SquareDetector()
    tracker = FaceTracker(cast(CenterFaceDetector, detector))
    frames = [frame((100, 100, 128)), frame((300, 200, 100), (20, 20, 60)), frame()]
    sights = tracker.locate(frames, [Track()] * 3)
    tracks = [advance(Track(), picture, sight, True) for picture, sight in zip(frames, sights, strict=True)]
    later = tracker.locate(frames, tracks)
    assert [len(sight.detections) for sight in later] == [1, 2, 0]
    assert not any(sight.whole for sight in later)
    assert [track.embedded for track in tracks] == [1, 1, 0]


def test_a_take_without_expressions_stays_without_them() -> None:
    detector = SquareDetector()
    tracker, picture = FaceTracker(cast(CenterFaceDetector, detector)), frame((100, 100, 128))
    for expressions in (True, False):
        track = Track(expressions=expressions)
        for _ in range(PERIOD + 1):
            (sight,) = tracker.locate([picture], [track])
            track = advance(track, picture, sight, embedded=True)
        assert (track.expressions, track.embedded) == (expressions, PERIOD + 1)
