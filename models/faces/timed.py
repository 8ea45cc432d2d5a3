"""A face engine for load tests: one scripted face in every frame, at the service times of a real engine."""

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.faces.contract import Face, Followed, IdentityRule, Stretch
from models.service_times import ServiceTimes

# Of the frame's width and height: x0 y0 x1 y1, and eyes, nose and mouth corners.
_BOX = np.array([0.35, 0.2, 0.65, 0.8], np.float32)
_POINTS = np.array([[0.43, 0.42], [0.57, 0.42], [0.5, 0.53], [0.45, 0.65], [0.55, 0.65]], np.float32)


class TimedFaceEngine:
    """A `FaceEngine` that looks at nothing. Its face has no embedding and no expression: nobody is told to match."""

    identity_rule = IdentityRule("euclidean", 0.0)

    def __init__(self, times: ServiceTimes) -> None:
        self._frame_s, self.name = times.frame_s, times.name

    def analyse(self, frames: Sequence[NDArray[np.uint8]]) -> list[list[Face]]:
        """A scripted face for each frame; see `FaceEngine.analyse`."""
        time.sleep(self._frame_s * len(frames))
        return [[_scripted(frame)] for frame in frames]

    def follow(self, stretches: Sequence[Stretch]) -> list[Followed]:
        """A scripted face for each frame of each stretch; see `FaceEngine.follow`."""
        return [Followed(self.analyse(stretch.frames), stretch.track) for stretch in stretches]


def _scripted(frame: NDArray[np.uint8]) -> Face:
    size = np.array([frame.shape[1], frame.shape[0]], np.float32)
    return Face(box=_BOX * np.tile(size, 2), score=1.0, points=_POINTS * size, pose=np.zeros(3, np.float32), gaze=0.0)
