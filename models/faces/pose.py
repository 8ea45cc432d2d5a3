"""Head pose from five points: which rotation of a mean face projects onto them.

Five points rather than 68 landmarks: the landmark network squeezes a turned head towards the frontal shape (a head
turned by half a right angle measures 15 degrees), while the detector's points follow it.
"""

import cv2
import numpy as np
from insightface.data import get_object
from numpy.typing import NDArray

_MEAN_FACE = np.asarray(get_object("meanshape_68.pkl"), np.float64)  # insightface's: z towards the viewer
_IN_MEAN_FACE = (slice(36, 42), slice(42, 48), slice(30, 31), slice(48, 49), slice(54, 55))
# Where a frontal face shows the five points, in eye distances from between the eyes: the mean of 122 frontal portraits.
_FRONTAL = np.array([(-0.5, 0.0), (0.5, 0.0), (0.0, 0.544), (-0.429, 0.934), (0.429, 0.934)])


def _five_in_space() -> NDArray[np.float64]:
    """The five points of a frontal face, float64 [5, 3], y down and z away from the viewer as a camera has them."""
    five = np.stack([_MEAN_FACE[part].mean(axis=0) for part in _IN_MEAN_FACE])
    depth = (five[:2, 2].mean() - five[:, 2]) / np.linalg.norm(five[0, :2] - five[1, :2])
    return np.column_stack([_FRONTAL, depth])


_FIVE = _five_in_space()


def head_pose(points: NDArray[np.float32], frame: tuple[int, ...]) -> NDArray[np.float32]:
    """Yaw, pitch, roll in degrees, float32 [3], of five points [5, 2] in a frame of shape (h, w, ...).

    0 0 0 looks along the ray from the face to the camera; signs as in Face. Over frontal portraits each has mean 0 and
    a standard deviation of 2.5. The camera is unknown: its focal length is taken as the frame's longest side (a view of
    53 degrees, a webcam's). Method: perspective-n-point, SQPnP (Terzakis and Lourakis 2020), refined by
    Levenberg-Marquardt.
    """
    focal, middle = float(max(frame[:2])), points.mean(axis=0)
    camera = np.array([[focal, 0, middle[0]], [0, focal, middle[1]], [0, 0, 1]], np.float64)
    picture = points.astype(np.float64)
    _, turn, shift = cv2.solvePnP(_FIVE, picture, camera, None, flags=cv2.SOLVEPNP_SQPNP)
    turn, shift = cv2.solvePnPRefineLM(_FIVE, picture, camera, None, turn, shift)
    rotation = cv2.Rodrigues(turn)[0]
    x, y, z = rotation @ (0.0, 0.0, -1.0)
    angles = np.arctan2(x, -z), np.arcsin(np.clip(-y, -1, 1)), np.arctan2(rotation[1, 0], rotation[0, 0])
    return np.degrees(angles).astype(np.float32)
