"""CenterFace: where the faces of a batch of frames are, with five points each.

Xu, Yan, Yang, Li: CenterFace, Joint Face Detection and Alignment Using Face as Point (2019), arXiv:1911.03599.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnx
from numpy.typing import NDArray

from models.graphs.contract import GraphRunner
from models.graphs.errors import GraphError, NoAccelerator
from models.graphs.finite import FiniteGraph, check_finite
from models.graphs.onnx_graph import OnnxGraph

NAME = "CenterFace"
STRIDE = 4  # frame pixels per heatmap cell
SIDE_STEP = 32  # the graph takes any sides that are multiples of this
MIN_SCORE = 0.5  # the authors' own threshold
MAX_OVERLAP = 0.3  # the authors' own, intersection over union
SMALL_SIDE, VIDEO_SIDE, STILL_SIDE = 320, 640, 1280  # longest sides in pixels at which frames are looked at
SMALL_FACE = 64  # pixels at STILL_SIDE: larger faces show at VIDEO_SIDE, and very large ones fall to pieces here
# Frames in one run. Measured: on a CPU a batch of 8 is no faster per frame than 1, and takes 8 times the memory.
CUDA_BATCH, CPU_BATCH = 16, 1


class DetectorError(RuntimeError):
    """The detector's file is missing, corrupt or no CenterFace graph."""


@dataclass(frozen=True)
class Detection:
    """box: float32 [4], x0 y0 x1 y1; points: float32 [5, 2], eyes, nose, mouth corners; in frame pixels; score 0..1."""

    box: NDArray[np.float32]
    score: float
    points: NDArray[np.float32]


class CenterFaceDetector:
    """CenterFace as an ONNX graph, in this process or behind another GraphRunner.

    A frame is looked at with its longest side at 640, or as it is between 320 and 640, which serves video. Two more
    looks serve the rest: a larger picture is looked at again at up to 1280 for faces too small for the first look;
    a frame in which nothing was found, again at 320, where the noise of a dark room averages out.
    """

    def __init__(self, model: Path | GraphRunner, device: str = "cpu", threads: int = 1) -> None:
        """Load the published file on `device`, or take a runner of its graph (`published_graph`).

        Raises DetectorError naming the file where it is missing, corrupt or of another shape, and NoAccelerator.
        """
        if isinstance(model, Path):
            graph = _load(model, device, threads)
            self._graph = FiniteGraph(graph, NAME)
            self._batch = CUDA_BATCH if graph.on_gpu else CPU_BATCH
        else:
            self._graph, self._batch = FiniteGraph(model, NAME), CUDA_BATCH

    def detect(self, frames: Sequence[NDArray[np.uint8]]) -> list[list[Detection]]:
        """Detect in frames, each uint8 RGB [h, w, 3]; row i belongs to frame i, largest face first.

        Raises NotFinite where the graph computes NaN, or what the graph's runner raises.
        """
        found = self.look(frames, VIDEO_SIDE)
        large = [i for i, frame in enumerate(frames) if max(frame.shape[:2]) > VIDEO_SIDE]
        for i, faces in zip(large, self.look([frames[i] for i in large], STILL_SIDE), strict=True):
            limit = SMALL_FACE / _scale(frames[i].shape, STILL_SIDE)
            found[i] += [f for f in faces if _side(f) <= limit and not any(holds(known, f) for known in found[i])]
        empty = [i for i, faces in enumerate(found) if not faces and max(frames[i].shape[:2]) > SMALL_SIDE]
        for i, faces in zip(empty, self.look([frames[i] for i in empty], SMALL_SIDE), strict=True):
            found[i] = faces
        return [largest_first(faces) for faces in found]

    def look(self, frames: Sequence[NDArray[np.uint8]], side: int) -> list[list[Detection]]:
        """One look at frames with their longest side at most `side` pixels; frames of equal size share a batch."""
        sizes: dict[tuple[int, ...], list[int]] = {}
        for row, frame in enumerate(frames):
            sizes.setdefault(frame.shape, []).append(row)
        found: list[list[Detection]] = [[] for _ in frames]
        for shape, same in sizes.items():
            scale = _scale(shape, side)
            for first in range(0, len(same), self._batch):
                rows = same[first : first + self._batch]
                blob = np.stack([_letterbox(frames[row], scale) for row in rows])
                maps = zip(rows, *self._graph.run({self._graph.inputs[0]: blob}), strict=True)
                for row, heat, size, offset, points in maps:
                    found[row] = suppress(_decode(heat, size, offset, points, scale, shape))
        return found


def published_graph(model: Path) -> bytes:
    """The graph in the published file with free batch and sides, serialised. Raises DetectorError.

    As published they are fixed, and weights stand among the inputs.
    """
    try:
        graph = onnx.load(model)
        weights = {weight.name for weight in graph.graph.initializer}
        inputs = [value for value in graph.graph.input if value.name not in weights]
        outputs = list(graph.graph.output)
    except FileNotFoundError as error:
        raise DetectorError(f"{model} is missing") from error
    except Exception as error:  # protobuf's DecodeError and onnx's own, of several kinds
        raise DetectorError(f"{model} is corrupt: {error}") from error
    if len(inputs) != 1 or len(outputs) != 4:
        raise DetectorError(f"{model} is no CenterFace graph: {len(inputs)} inputs, {len(outputs)} outputs")
    for value in [*inputs, *outputs]:
        for axis, name in ((0, "batch"), (2, f"{value.name}_height"), (3, f"{value.name}_width")):
            value.type.tensor_type.shape.dim[axis].dim_param = name
    del graph.graph.input[:]
    graph.graph.input.extend(inputs)
    folded: bytes = graph.SerializeToString()
    return folded


def _load(model: Path, device: str, threads: int) -> OnnxGraph:
    graph = published_graph(model)
    try:
        return OnnxGraph(graph, device, threads)
    except NoAccelerator:
        raise
    except GraphError as error:
        raise DetectorError(f"{model} is corrupt: {error}") from error


def suppress(faces: list[Detection]) -> list[Detection]:
    """Keep the best of each group of overlapping boxes (non-maximum suppression)."""
    if not faces:
        return []
    boxes = [(float(f.box[0]), float(f.box[1]), float(f.box[2] - f.box[0]), float(f.box[3] - f.box[1])) for f in faces]
    kept = cv2.dnn.NMSBoxes(boxes, [f.score for f in faces], 0.0, MAX_OVERLAP)
    return [faces[int(i)] for i in kept]


def largest_first(faces: list[Detection]) -> list[Detection]:
    """The faces by the area of their boxes."""
    return sorted(faces, key=lambda face: float((face.box[2:] - face.box[:2]).prod()), reverse=True)


def holds(outer: Detection, inner: Detection) -> bool:
    """Whether the middle of `inner` lies in `outer`."""
    middle = (inner.box[:2] + inner.box[2:]) / 2
    return bool((outer.box[:2] <= middle).all() and (middle <= outer.box[2:]).all())


def _scale(shape: tuple[int, ...], side: int) -> float:
    """The factor to bring a frame to `side`, enlarging only up to SMALL_SIDE."""
    longest = max(shape[:2])
    return min(max(longest, SMALL_SIDE), side) / longest


def _side(face: Detection) -> float:
    return float((face.box[2:] - face.box[:2]).max())


def _letterbox(frame: NDArray[np.uint8], scale: float) -> NDArray[np.float32]:
    """Scale, then pad right and below to multiples of SIDE_STEP: float32 [3, h, w], RGB 0..255 as the graph wants."""
    height, width = max(1, round(frame.shape[0] * scale)), max(1, round(frame.shape[1] * scale))
    if scale != 1.0:
        way = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_LINEAR
        frame = cv2.resize(frame, (width, height), interpolation=way).astype(np.uint8, copy=False)
    blob = np.zeros((3, -(-height // SIDE_STEP) * SIDE_STEP, -(-width // SIDE_STEP) * SIDE_STEP), np.float32)
    blob[:, :height, :width] = frame.transpose(2, 0, 1)
    return blob


def _decode(
    heat: NDArray[np.float32],
    size: NDArray[np.float32],
    offset: NDArray[np.float32],
    points: NDArray[np.float32],
    scale: float,
    frame: tuple[int, ...],
) -> list[Detection]:
    """Turn one frame's maps [c, h/4, w/4] into detections: size is log of cells, points are in boxes, y before x."""
    heat = heat[0]
    rows, columns = np.nonzero(heat > MIN_SCORE)
    with np.errstate(over="ignore"):  # what is infinite is refused below
        height, width = np.exp(size[:, rows, columns]) * STRIDE
    check_finite(NAME, [height, width])
    top = (rows + offset[0, rows, columns] + 0.5) * STRIDE - height / 2
    left = (columns + offset[1, rows, columns] + 0.5) * STRIDE - width / 2
    boxes = np.stack([left, top, left + width, top + height], axis=1) / scale
    boxes = boxes.clip(0, [frame[1], frame[0], frame[1], frame[0]]).astype(np.float32)
    x = points[1::2, rows, columns] * width + left
    y = points[0::2, rows, columns] * height + top
    fives = (np.stack([x, y], axis=-1).transpose(1, 0, 2) / scale).astype(np.float32)
    scores = heat[rows, columns]
    return [Detection(box, float(s), five) for box, s, five in zip(boxes, scores, fives, strict=True)]
