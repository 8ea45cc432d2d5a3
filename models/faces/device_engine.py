"""The default face engine for a GPU: from frames to results without leaving it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.faces.alignment import FACE_API_SHIFT
from models.faces.contract import Face, Followed, IdentityRule, Stretch
from models.faces.default import GraphFaceEngine
from models.faces.device_crops import alignments, crops, to_frame
from models.faces.device_detector import DeviceDetector, Found
from models.faces.finite import check_faces
from models.faces.gaze import gaze
from models.faces.networks import (
    FEATURE_SIDE,
    IDENTITY_SIDE,
    expression_network,
    identity_network,
    landmark_network,
)
from models.faces.pose import head_pose
from models.graphs.errors import NoAccelerator
from models.graphs.finite import check_finite

FRAME_BATCH = 64  # frames of one size in one run: at 640 x 480, 59 MB of pixels and about 1.2 GB of the detector's maps
_CPU_FRAME_BATCH = 1  # as for the detector in onnxruntime
_CROP_BATCH = 256
# What a face's row holds, in this order: box, score, five points, 68 landmarks, expressions, embedding.
_WIDTHS = (4, 1, 10, 136, 7, 128)


class DeviceFaceEngine:
    """A FaceEngine of CenterFace and the face-api networks in torch, on "cuda"; on "cpu" the same code runs.

    Frames go to the device once, and one row of numbers per face comes back. Every frame is looked at in full: where a
    look costs so little, following faces between looks would cost more than it saves.
    """

    name = GraphFaceEngine.name
    identity_rule: IdentityRule = GraphFaceEngine.identity_rule

    def __init__(self, centerface: Path, face_api: Path, device: str = "cuda") -> None:
        """Load `centerface`/centerface.onnx and the weights in `face_api`.

        Raises DetectorError, WeightsError, or NoAccelerator where torch has no such device.
        """
        if device.startswith("cuda") and not torch.cuda.is_available():
            raise NoAccelerator(f"{device} was asked for, but torch finds no GPU here. Use the device cpu.")
        self._device = torch.device(device)
        self._batch = _CPU_FRAME_BATCH if self._device.type == "cpu" else FRAME_BATCH
        self._detector = DeviceDetector(centerface / "centerface.onnx", self._device)
        self._landmarks = landmark_network(face_api).to(self._device)
        self._expressions = expression_network(face_api).to(self._device)
        self._identity = identity_network(face_api).to(self._device)

    def analyse(self, frames: Sequence[NDArray[np.uint8]]) -> list[list[Face]]:
        """Analyse frames, each uint8 RGB [h, w, 3]; row i belongs to frame i, largest face first. Raises NotFinite."""
        return self._analyse(frames, [True] * len(frames))

    def follow(self, stretches: Sequence[Stretch]) -> list[Followed]:
        """Analyse every frame of takes by itself. The expression network sees no face of a take without expressions."""
        rows = [(frame, stretch.track.expressions) for stretch in stretches for frame in stretch.frames]
        faces = iter(self._analyse([frame for frame, _ in rows], [express for _, express in rows]))
        return [Followed([next(faces) for _ in stretch.frames], stretch.track) for stretch in stretches]

    def _analyse(self, frames: Sequence[NDArray[np.uint8]], express: Sequence[bool]) -> list[list[Face]]:
        """The faces of each frame, with expressions where `express` says so."""
        sizes: dict[tuple[int, ...], list[int]] = {}
        for row, frame in enumerate(frames):
            sizes.setdefault(frame.shape, []).append(row)
        faces: list[list[Face]] = [[] for _ in frames]
        for same in sizes.values():
            for first in range(0, len(same), self._batch):
                rows = same[first : first + self._batch]
                wanted = np.array([express[row] for row in rows])
                owners, values = self._measure(np.stack([frames[row] for row in rows]), wanted)
                check_finite(self.name, [values])
                for owner, value in zip(owners, values, strict=True):
                    faces[rows[owner]].append(_face(frames[rows[owner]], value, wanted[owner]))
        check_faces(self.name, faces)
        return faces

    @torch.inference_mode()
    def _measure(
        self, frames: NDArray[np.uint8], express: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Of frames [n, h, w, 3]: the frame of each face [m], and a row for each [m, sum(_WIDTHS)].

        Faces of frames where `express` [n] is False have zeros for expressions.
        """
        pixels = torch.from_numpy(frames)
        if self._device.type == "cuda":
            pixels = pixels.pin_memory()
        pixels = pixels.to(self._device, non_blocking=True)
        found = self._detector.detect(pixels)
        if not len(found.owners):
            return np.empty(0, np.int64), np.empty((0, sum(_WIDTHS)), np.float32)
        owners = found.owners.cpu().numpy()
        parts = [slice(start, start + _CROP_BATCH) for start in range(0, len(owners), _CROP_BATCH)]
        rows = [self._rows(pixels, found[part], express[owners[part]]) for part in parts]
        return owners, torch.cat(rows).cpu().numpy()

    def _rows(self, pixels: Tensor, found: Found, express: NDArray[np.bool_]) -> Tensor:
        turn, move = alignments(found.points, FEATURE_SIDE, FACE_API_SHIFT)
        features = crops(pixels, found.owners, turn, move, FEATURE_SIDE)
        shapes = self._landmarks(features).view(-1, 68, 2) * FEATURE_SIDE
        larger = alignments(found.points, IDENTITY_SIDE, FACE_API_SHIFT)
        parts = [
            found.boxes,
            found.scores[:, None],
            found.points,
            to_frame(shapes, turn, move),
            self._express(features, express),
            self._identity(crops(pixels, found.owners, *larger, IDENTITY_SIDE)),
        ]
        return torch.cat([part.flatten(1) for part in parts], 1)

    def _express(self, features: Tensor, express: NDArray[np.bool_]) -> Tensor:
        """What the expression network says of crops [m, 3, side, side], [m, 7]; it sees only those that may be read."""
        if express.all():
            expressions: Tensor = self._expressions(features)
            return expressions
        expressions = features.new_zeros(len(features), _WIDTHS[4])
        if express.any():
            readable = torch.from_numpy(np.flatnonzero(express)).to(features.device)
            expressions[readable] = self._expressions(features[readable])
        return expressions


def _face(frame: NDArray[np.uint8], row: NDArray[np.float32], express: bool) -> Face:
    box, score, points, landmarks, expressions, embedding = np.split(row, np.cumsum(_WIDTHS)[:-1])
    five, shape = points.reshape(5, 2), landmarks.reshape(68, 2)
    return Face(
        box=box,
        score=float(score[0]),
        points=five,
        landmarks=shape,
        pose=head_pose(five, frame.shape),
        gaze=gaze(frame, shape),
        embedding=embedding,
        expressions=expressions if express else None,
    )
