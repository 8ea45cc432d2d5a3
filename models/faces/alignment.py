"""Bring a face upright and to a known size, and points on it back to the frame."""

from collections.abc import Sequence

import cv2
import numpy as np
from insightface.utils.face_align import arcface_dst
from numpy.typing import NDArray
from skimage.transform import SimilarityTransform

ARCFACE_SIDE = 112  # the crop for which insightface's template is given
# ArcFace's crop cuts the chin and keeps the forehead; the face-api networks were trained on crops of the whole face.
# Measured: with the template 20/112 higher, same-person distances are smallest and landmarks follow a tilted head.
FACE_API_SHIFT = -20 / 112


def alignments(points: Sequence[NDArray[np.float32]], side: int, shift: float = 0.0) -> NDArray[np.float32]:
    """The similarity transforms, float32 [n, 2, 3], that take five points [5, 2] each to the ArcFace template.

    The crop is `side` pixels wide; `shift` moves the face down by that part of the crop (up where negative).
    Template: insightface; fit: Umeyama, Least-squares estimation of transformation parameters (1991).
    """
    template = arcface_dst * (side / ARCFACE_SIDE) + [0.0, shift * side]
    fits = [SimilarityTransform.from_estimate(five, template).params[:2] for five in points]
    return np.asarray(fits, np.float32).reshape(-1, 2, 3)


def crop(frame: NDArray[np.uint8], alignment: NDArray[np.float32], side: int) -> NDArray[np.uint8]:
    """The face as uint8 [side, side, 3]; black where the frame ends."""
    return cv2.warpAffine(frame, alignment, (side, side)).astype(np.uint8, copy=False)


def to_frame(points: NDArray[np.float32], alignment: NDArray[np.float32]) -> NDArray[np.float32]:
    """Points [n, 2] of a crop in pixels of the frame."""
    back = cv2.invertAffineTransform(alignment)
    return (points @ back[:, :2].T + back[:, 2]).astype(np.float32)
