"""A face engine of an organisation's own insightface pack: a folder of ONNX models (SCRFD, landmarks, ArcFace)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from insightface.app import FaceAnalysis
from insightface.app.common import Face as PackFace
from numpy.typing import NDArray

from models.faces.alignment import alignments, crop
from models.faces.contract import Face, Followed, IdentityRule, Stretch
from models.faces.gaze import gaze
from models.faces.pose import head_pose
from models.graphs.onnx_graph import providers, session_options

CROP_BATCH = 32  # crops per run of the recognition model
_LANDMARKS_68 = "landmark_3d_68"  # insightface's name of the only landmark task in the order of our 68
_TASKS = ["detection", "recognition", _LANDMARKS_68]  # never a pack's age and gender


class PackError(RuntimeError):
    """The folder is no pack this engine can use; the message says what is missing."""


class PackFaceEngine:
    """A FaceEngine of the .onnx models in one folder, as insightface recognises them.

    Needs a detector that gives five points. Embeddings come from the pack's recognition model, all faces of a call in
    batches, and are L2-normalised; landmarks and gaze from its 3d68 model. What a pack lacks is None in every Face;
    packs have no expressions.
    """

    identity_rule = IdentityRule("cosine", 0.6)  # insightface's own default is a similarity of 0.4

    def __init__(self, folder: Path, device: str = "cpu", threads: int = 1) -> None:
        """Load a pack. Raises PackError where the folder is missing, a model corrupt, or no usable detector there."""
        self.name = f"insightface pack {folder.name}"
        models = load_pack(folder, device, threads)
        self._detector = models["detection"]
        self._recognition = models.get("recognition")
        self._landmarks = models.get(_LANDMARKS_68)

    def analyse(self, frames: Sequence[NDArray[np.uint8]]) -> list[list[Face]]:
        """Analyse frames, each uint8 RGB [h, w, 3]; row i belongs to frame i, largest face first."""
        # insightface takes pictures as OpenCV reads them: blue first.
        pictures = [np.ascontiguousarray(frame[..., ::-1]) for frame in frames]
        found = [self._detect(picture) for picture in pictures]
        crops = [crop_ for picture, faces in zip(pictures, found, strict=True) for crop_ in self._crops(picture, faces)]
        embeddings = iter(self._embed(crops))
        return [
            [self._describe(frame, picture, face, next(embeddings, None)) for face in faces]
            for frame, picture, faces in zip(frames, pictures, found, strict=True)
        ]

    def follow(self, stretches: Sequence[Stretch]) -> list[Followed]:
        """Analyse every frame of takes by itself: how well a pack's detector follows a face is not known."""
        faces = iter(self.analyse([frame for stretch in stretches for frame in stretch.frames]))
        return [Followed([next(faces) for _ in stretch.frames], stretch.track) for stretch in stretches]

    def _detect(self, picture: NDArray[np.uint8]) -> list[PackFace]:
        boxes, points = self._detector.detect(picture)
        sides = boxes[:, 2:4] - boxes[:, :2]
        return [
            PackFace(bbox=boxes[n, :4], kps=points[n], det_score=float(boxes[n, 4]))
            for n in np.argsort(-sides.prod(axis=1), kind="stable")
        ]

    def _crops(self, picture: NDArray[np.uint8], faces: list[PackFace]) -> list[NDArray[np.uint8]]:
        if self._recognition is None:
            return []
        side = int(self._recognition.input_size[0])
        return [crop(picture, place, side) for place in alignments([face.kps for face in faces], side)]

    def _embed(self, crops: list[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
        rows: list[NDArray[np.float32]] = []
        if self._recognition is None:
            return rows
        fixed = self._recognition.input_shape[0]
        batch = fixed if isinstance(fixed, int) else CROP_BATCH
        for first in range(0, len(crops), batch):
            part = crops[first : first + batch]
            # A graph exported with a fixed batch takes no less: fill up with the last crop.
            filled = part + part[-1:] * (batch - len(part)) if isinstance(fixed, int) else part
            raw = self._recognition.get_feat(filled)[: len(part)]
            rows += list((raw / np.linalg.norm(raw, axis=1, keepdims=True)).astype(np.float32))
        return rows

    def _describe(
        self,
        frame: NDArray[np.uint8],
        picture: NDArray[np.uint8],
        face: PackFace,
        embedding: NDArray[np.float32] | None,
    ) -> Face:
        landmarks = None
        if self._landmarks is not None:
            landmarks = np.asarray(self._landmarks.get(picture, face), np.float32)[:, :2]
        points = np.asarray(face.kps, np.float32)
        return Face(
            box=np.asarray(face.bbox, np.float32),
            score=face.det_score,
            points=points,
            landmarks=landmarks,
            pose=head_pose(points, frame.shape),
            gaze=None if landmarks is None else gaze(frame, landmarks),
            embedding=embedding,
        )


def load_pack(folder: Path, device: str, threads: int) -> dict[str, Any]:
    """insightface's model objects of a pack by task, ready on `device`. Raises PackError."""
    if not folder.is_dir():
        raise PackError(f"{folder} is no folder")
    if not list(folder.glob("*.onnx")) and not (folder / "manifest.json").is_file():
        raise PackError(f"{folder} holds no .onnx models")
    try:
        pack = FaceAnalysis(
            str(folder), allowed_modules=_TASKS, providers=providers(device), sess_options=session_options(threads)
        )
    except AssertionError as error:  # how insightface says it
        raise PackError(f"{folder} holds no face detector that insightface recognises") from error
    except Exception as error:  # onnxruntime's and protobuf's errors share no base
        raise PackError(f"{folder} holds a model that cannot be loaded: {error}") from error
    if not pack.det_model.use_kps:
        raise PackError(f"{folder}: its detector gives no five points, which alignment needs")
    pack.prepare(ctx_id=0)
    models: dict[str, Any] = pack.models
    return models
