"""The plain loop that our face path is measured against: insightface's, over the same detector and networks."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from insightface.app import FaceAnalysis
from insightface.app.common import Face as LoopFace
from numpy.typing import NDArray
from torch import nn

from models.faces.alignment import FACE_API_SHIFT, alignments, crop
from models.faces.detector import CenterFaceDetector
from models.faces.networks import (
    FEATURE_SIDE,
    IDENTITY_SIDE,
    expression_network,
    identity_network,
    landmark_network,
)


class FaceLoop:
    """insightface's own `FaceAnalysis.get`: one frame at a time, and per face one network after the other."""

    def __init__(self, centerface: Path, face_api: Path, threads: int = 1) -> None:
        """Load the models that DefaultFaceEngine uses. Raises as it does."""
        torch.set_num_threads(threads)
        self._loop = FaceAnalysis.__new__(FaceAnalysis)  # its constructor would look for a pack's files
        self._loop.addons = {}
        self._loop.det_model = _Detection(CenterFaceDetector(centerface / "centerface.onnx", threads=threads))
        self._loop.models = {
            "landmark_2d_68": _Crop("landmarks", landmark_network(face_api), FEATURE_SIDE),
            "recognition": _Crop("embedding", identity_network(face_api), IDENTITY_SIDE),
            "expression": _Crop("expressions", expression_network(face_api), FEATURE_SIDE),
        }

    def get(self, frame: NDArray[np.uint8]) -> list[LoopFace]:
        """The faces of one frame, uint8 RGB [h, w, 3], with `landmarks`, `embedding` and `expressions`."""
        found: list[LoopFace] = self._loop.get(frame)
        return found


class _Detection:
    """The detector as insightface calls one."""

    def __init__(self, detector: CenterFaceDetector) -> None:
        self._detector = detector

    def detect(self, frame: NDArray[np.uint8], **_options: Any) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        (found,) = self._detector.detect([frame])
        boxes = np.array([[*face.box, face.score] for face in found], np.float32).reshape(-1, 5)
        return boxes, np.array([face.points for face in found], np.float32).reshape(-1, 5, 2)


class _Crop:
    """A network over one aligned face, as insightface calls one."""

    def __init__(self, name: str, network: Callable[[torch.Tensor], torch.Tensor] | nn.Module, side: int) -> None:
        self._name, self._network, self._side = name, network, side

    @torch.inference_mode()
    def get(self, frame: NDArray[np.uint8], face: LoopFace) -> None:
        picture = crop(frame, alignments([face.kps], self._side, FACE_API_SHIFT)[0], self._side)
        batch = torch.from_numpy(picture[np.newaxis]).permute(0, 3, 1, 2).float()
        face[self._name] = self._network(batch)[0].numpy()
