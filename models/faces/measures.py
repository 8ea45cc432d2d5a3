"""What a face does, in numbers that do not depend on its size, its place or the head's tilt.

Lengths are in eye distances (between the middles of the eyes). The constants come from 71 neutral portraits of
frontal adults, as this engine's landmarks see them.
"""

import numpy as np
from numpy.typing import NDArray

from models.faces.contract import EXPRESSIONS, Face

NEUTRAL_MOUTH, MOUTH_SPREAD = 0.78, 0.03  # mean and standard deviation of mouth width over people
NEUTRAL_BROWS = 0.336  # mean inner-brow height over people, who differ by 0.03
BROW_SPREAD = 0.015  # how much inner-brow height varies while one person talks
EYE_SPAN = (
    0.4  # eyeball radius (12 mm) over the width of an eye (30 mm): how far an iris moves for a gaze of 90 degrees
)
_HAPPY, _ANGRY = EXPRESSIONS.index("happy"), EXPRESSIONS.index("angry")


def eye_distance(landmarks: NDArray[np.float32]) -> float:
    """Pixels between the middles of the two eyes of 68 landmarks."""
    return float(np.linalg.norm(landmarks[36:42].mean(axis=0) - landmarks[42:48].mean(axis=0)))


def mouth_width(landmarks: NDArray[np.float32]) -> float:
    """Between the corners of the mouth; neutral about 0.78, smiling about 0.89."""
    return float(np.linalg.norm(landmarks[48] - landmarks[54])) / eye_distance(landmarks)


def brow_height(landmarks: NDArray[np.float32]) -> float:
    """From the inner ends of the brows to the inner corners of the eyes, mean of both; neutral about 0.34."""
    left, right = landmarks[21] - landmarks[39], landmarks[22] - landmarks[42]
    return float(np.linalg.norm(left) + np.linalg.norm(right)) / 2 / eye_distance(landmarks)


def eye_aspect(landmarks: NDArray[np.float32]) -> float:
    """Height of the eyes over their width, mean of both; open about 0.3.

    Soukupova and Cech: Real-Time Eye Blink Detection using Facial Landmarks (2016).
    """
    eyes = landmarks[36:48].reshape(2, 6, 2)
    heights = np.linalg.norm(eyes[:, 1:3] - eyes[:, 5:3:-1], axis=-1).sum(axis=1)
    widths = np.linalg.norm(eyes[:, 0] - eyes[:, 3], axis=-1)
    return float((heights / (2 * widths)).mean())


def gaze_direction(face: Face) -> tuple[float, float] | None:
    """Degrees right and up from the camera in which the person looks; None where the engine gives no pose.

    Sideways the eyes' turn in the head is added to the head's; up and down the head counts alone.
    """
    if face.pose is None:
        return None
    yaw, pitch = float(face.pose[0]), float(face.pose[1])
    if face.gaze is None:
        return yaw, pitch
    return yaw + float(np.degrees(np.arcsin(np.clip(face.gaze / EYE_SPAN, -1, 1)))), pitch


def smile_score(face: Face) -> float | None:
    """0 (no smile) to 1: the mean of the probability of `happy` and of how wide the mouth is; 0.5 is the border.

    Where the engine gives only one of the two, that one; None where it gives neither.
    """
    parts = []
    if face.expressions is not None:
        parts.append(float(face.expressions[_HAPPY]))
    if face.landmarks is not None:
        parts.append(_logistic((mouth_width(face.landmarks) - NEUTRAL_MOUTH) / MOUTH_SPREAD - 2))
    return float(np.mean(parts)) if parts else None


def frown_score(face: Face, baseline: float = NEUTRAL_BROWS) -> float | None:
    """0 (no frown) to 1: how far the inner brows are below `baseline`, or the probability of `angry` if larger.

    `baseline` is the person's own usual `brow_height`; people differ more than a frown moves a brow. 0.5 is the
    border. None where the engine gives no landmarks.
    """
    if face.landmarks is None:
        return None
    lowered = _logistic((baseline - brow_height(face.landmarks)) / BROW_SPREAD - 2)
    return max(lowered, float(face.expressions[_ANGRY])) if face.expressions is not None else lowered


def _logistic(x: float) -> float:
    return float(1 / (1 + np.exp(-x)))
