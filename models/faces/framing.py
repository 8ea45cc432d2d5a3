"""Whether a camera shows one face well: what to say before an interview, while something can still be done about it.

A verdict is advice. The bounds are where the default engine begins to see worse, wide enough that a dark or a light
skin alone is never "too dark" or "too bright".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.faces.contract import Face

Verdict = Literal["good", "no_face", "several_faces", "too_dark", "too_bright", "not_centred", "too_far", "too_close"]

# Mean luma of the face's box. Measured on 127 portraits of 102 people: 0.20 to 0.62, of black people in studio light
# 0.26 to 0.40. Darkened to 0.12, an embedding moves by at most 0.33 (0.5 is another person) and landmarks by 3 % of the
# eye distance; at 0.08 by 0.39 and 6 %. Overexposed to 0.85 by at most 0.44 and 3 %; at 0.9 by 0.57 and 5 %.
TOO_DARK, TOO_BRIGHT = 0.12, 0.85
# Height of the face's box over the frame's shorter side. In 640 x 480 an embedding moves by at most 0.22 at 0.15, by
# 0.36 at 0.10 and by 0.45 at 0.08.
TOO_FAR = 0.15
# The box over the frame, in height or in width: more leaves no room to move, and above 0.9 parts of a face are cut off.
TOO_CLOSE = 0.8
# From the middle of the frame to the middle of the box, over the frame's width and height. A face of a usual size (0.4)
# loses its landmarks from 0.35 on, where the frame cuts it; whoever talks sways by a tenth.
ASIDE, ABOVE = 0.2, 0.25

_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)  # of R, G and B (ITU-R BT.709)


@dataclass(frozen=True)
class Framing:
    """`faces` in the picture; `brightness` 0 to 1, of the largest face or, where there is none, of the picture."""

    faces: int
    verdict: Verdict
    brightness: float


def judge_framing(picture: NDArray[np.uint8], faces: Sequence[Face]) -> Framing:
    """How a picture, uint8 RGB [h, w, 3], shows its `faces`, the largest first. Of what is wrong one thing is told."""
    brightness = _brightness(picture, faces[0].box if faces else None)
    return Framing(len(faces), _verdict(picture.shape, faces, brightness), brightness)


def _verdict(shape: tuple[int, ...], faces: Sequence[Face], brightness: float) -> Verdict:
    if len(faces) > 1:
        return "several_faces"
    if brightness < TOO_DARK:
        return "too_dark"
    if brightness > TOO_BRIGHT:
        return "too_bright"
    if not faces:
        return "no_face"
    return _placed(shape, faces[0].box)


def _placed(shape: tuple[int, ...], box: NDArray[np.float32]) -> Verdict:
    height, width = shape[:2]
    x0, y0, x1, y1 = (float(value) for value in box)
    if (y1 - y0) / min(width, height) < TOO_FAR:
        return "too_far"
    if max((x1 - x0) / width, (y1 - y0) / height) > TOO_CLOSE:
        return "too_close"
    aside, above = abs((x0 + x1) / 2 / width - 0.5), abs((y0 + y1) / 2 / height - 0.5)
    return "not_centred" if aside > ASIDE or above > ABOVE else "good"


def _brightness(picture: NDArray[np.uint8], box: NDArray[np.float32] | None) -> float:
    height, width = picture.shape[:2]
    part = picture
    if box is not None:
        x0, y0, x1, y1 = np.clip(np.round(box), 0, [width, height, width, height]).astype(int)
        # A box beyond the picture's edge shows nothing of its own.
        part = picture[y0:y1, x0:x1] if x1 > x0 and y1 > y0 else picture
    return float((part.reshape(-1, 3).mean(axis=0) @ _LUMA) / 255)
