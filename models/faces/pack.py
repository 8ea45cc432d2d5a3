"""A face engine of an organisation's own insightface pack: a folder of ONNX models (SCRFD, landmarks, ArcFace)."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from insightface.app.common import Face as PackFace
from numpy.typing import NDArray

from models.faces.alignment import alignments, crop
from models.faces.contract import Face, Followed, IdentityRule, Stretch
from models.faces.finite import check_faces
from models.faces.gaze import gaze
from models.faces.pack_sessions import LANDMARKS_68, PackError, Picture, detect, embed, landmarks, load_pack
from models.faces.pose import head_pose

__all__ = ["PackError", "PackFaceEngine"]


class PackFaceEngine:
    """A FaceEngine of the .onnx models in one folder, as insightface recognises them.

    Needs a detector that gives five points. Embeddings come from the pack's recognition model and are L2-normalised;
    landmarks and gaze come from its 3d68 model; all faces of a call go through each together. What a pack lacks is
    None in every Face; packs have no expressions.
    """

    identity_rule = IdentityRule("cosine", 0.6)  # insightface's own default is a similarity of 0.4

    def __init__(self, folder: Path, device: str = "cpu", threads: int = 1) -> None:
        """Load a pack. Raises PackError where the folder is missing, a model corrupt, or no usable detector there."""
        self.name = f"insightface pack {folder.name}"
        models = load_pack(folder, device, threads)
        self._detector = models["detection"]
        self._recognition = models.get("recognition")
        self._landmarks = models.get(LANDMARKS_68)

    def analyse(self, frames: Sequence[NDArray[np.uint8]]) -> list[list[Face]]:
        """Analyse frames, each uint8 RGB [h, w, 3]; row i belongs to frame i, largest face first. Raises NotFinite."""
        # insightface takes pictures as OpenCV reads them: blue first.
        pictures = [np.ascontiguousarray(frame[..., ::-1]) for frame in frames]
        found = detect(self._detector, pictures)
        faces = [face for some in found for face in some]
        owners = [owner for owner, some in enumerate(found) for _ in some]
        shown = [pictures[owner] for owner in owners]
        embeddings, shapes = self._embeddings(shown, faces), self._shapes(shown, faces)
        described: list[list[Face]] = [[] for _ in frames]
        for owner, face, embedding, shape in zip(owners, faces, embeddings, shapes, strict=True):
            described[owner].append(_face(frames[owner], face, embedding, shape))
        check_faces(self.name, described)
        return described

    def follow(self, stretches: Sequence[Stretch]) -> list[Followed]:
        """Analyse every frame of takes by itself: how well a pack's detector follows a face is not known."""
        faces = iter(self.analyse([frame for stretch in stretches for frame in stretch.frames]))
        return [Followed([next(faces) for _ in stretch.frames], stretch.track) for stretch in stretches]

    def _embeddings(
        self, pictures: Sequence[Picture], faces: Sequence[PackFace]
    ) -> Sequence[NDArray[np.float32] | None]:
        if self._recognition is None:
            return [None] * len(faces)
        side = int(self._recognition.input_size[0])
        places = alignments([face.kps for face in faces], side)
        raw = embed(self._recognition, [crop(p, place, side) for p, place in zip(pictures, places, strict=True)])
        with np.errstate(invalid="ignore"):  # a row of zeros has no direction, which is found out at the end
            return [(row / np.linalg.norm(row)).astype(np.float32) for row in raw]

    def _shapes(self, pictures: Sequence[Picture], faces: Sequence[PackFace]) -> Sequence[NDArray[np.float32] | None]:
        if self._landmarks is None:
            return [None] * len(faces)
        return [points[:, :2] for points in landmarks(self._landmarks, pictures, faces)]


def _face(
    frame: NDArray[np.uint8],
    face: PackFace,
    embedding: NDArray[np.float32] | None,
    shape: NDArray[np.float32] | None,
) -> Face:
    points = np.asarray(face.kps, np.float32)
    return Face(
        box=np.asarray(face.bbox, np.float32),
        score=face.det_score,
        points=points,
        landmarks=shape,
        pose=head_pose(points, frame.shape),
        gaze=None if shape is None else gaze(frame, shape),
        embedding=embedding,
    )
