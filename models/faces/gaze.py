"""Where in the eye the iris stands, from pixels: the 68 landmarks know the lids only."""

import cv2
import numpy as np
from numpy.typing import NDArray

_EYES = (slice(36, 42), slice(42, 48))  # of the 68 landmarks, each from its corner on the picture's left, clockwise
_EYE = 40  # width of an eye in its patch, pixels
_SIZE = (60, 36)  # of the patch, so that the corners lie at (10, 18) and (50, 18)
_LEFT_CORNER = np.array([10.0, 18.0])
_MARGIN = 4  # pixels beside each corner, where lashes and shadow are as dark as an iris
MIN_EYE = 8.0  # frame pixels; a narrower eye shows no iris


def gaze(frame: NDArray[np.uint8], landmarks: NDArray[np.float32]) -> float | None:
    """Horizontal place of the irises, in eye widths from the middle of the eye; > 0 is the picture's right.

    About 0 when looking ahead (standard deviation 0.025 over people, down to eyes 12 pixels wide), about 0.2 at the
    side. `frame` uint8 RGB, landmarks [68, 2]. None where the eyes are too small or shut. Method: the centre of the
    darkest pixels between the lids, mean of both eyes.
    """
    places = [place for eye in _EYES if (place := _iris(frame, landmarks[eye].astype(np.float64))) is not None]
    return float(np.mean(places)) if len(places) == len(_EYES) else None


def _iris(frame: NDArray[np.uint8], lids: NDArray[np.float64]) -> float | None:
    across = lids[3] - lids[0]
    width = float(np.hypot(*across))
    if width < MIN_EYE:
        return None
    cosine, sine = across / width * (_EYE / width)
    turn = np.array([[cosine, sine], [-sine, cosine]])
    shift = _LEFT_CORNER - turn @ lids[0]
    patch = cv2.warpAffine(frame, np.column_stack([turn, shift]), _SIZE, borderMode=cv2.BORDER_REPLICATE)
    grey = cv2.GaussianBlur(cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY), (0, 0), 1).astype(np.float32)
    mask = np.zeros(grey.shape, np.uint8)
    cv2.fillPoly(mask, [np.round(lids @ turn.T + shift).astype(np.int32)], (1,))
    mask = cv2.dilate(mask, np.ones((3, 3), np.uint8)).astype(np.uint8)
    start = int(_LEFT_CORNER[0])
    mask[:, : start + _MARGIN] = mask[:, start + _EYE - _MARGIN + 1 :] = 0
    inside = grey[mask > 0]
    if len(inside) < _EYE:  # less than a pixel row: the lids touch
        return None
    dark, light = np.percentile(inside, [5, 60])
    weight = (np.clip(light - grey, 0, light - dark) * mask) ** 2
    if weight.sum() == 0:
        return None
    column = float((weight.sum(axis=0) * np.arange(weight.shape[1])).sum() / weight.sum())
    return (column - start) / _EYE - 0.5
