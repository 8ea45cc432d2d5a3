"""An insightface pack's models, run for many pictures and faces at once.

insightface's own objects take one picture or face at a time. Here their sessions are run with batches, and what they
make of the sessions' answers stays insightface's.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from insightface.app import FaceAnalysis
from insightface.app.common import Face as PackFace
from insightface.utils import face_align
from numpy.typing import NDArray

from models.graphs.errors import NoAccelerator
from models.graphs.finite import check_finite
from models.graphs.providers import providers, require_used, session_options

Picture = NDArray[np.uint8]  # blue first, as insightface takes pictures

LANDMARKS_68 = "landmark_3d_68"  # insightface's name of the only landmark task in the order of our 68
_TASKS = ["detection", "recognition", LANDMARKS_68]  # never a pack's age and gender
_PICTURES, _CROPS = 4, 32  # in one run, which bounds memory: a picture takes 5 MB, and about 100 MB within the graph
_LANDMARK_SPAN = 1.5  # box sides that insightface's landmark crop spans


class PackError(RuntimeError):
    """The folder is no pack this engine can use; the message says what is missing."""


def load_pack(folder: Path, device: str, threads: int) -> dict[str, Any]:
    """insightface's model objects of a pack by task, ready on `device`. Raises PackError or NoAccelerator."""
    if not folder.is_dir():
        raise PackError(f"{folder} is no folder")
    if not list(folder.glob("*.onnx")) and not (folder / "manifest.json").is_file():
        raise PackError(f"{folder} holds no .onnx models")
    wanted = providers(device)
    try:
        pack = FaceAnalysis(
            str(folder), allowed_modules=_TASKS, providers=wanted, sess_options=session_options(threads)
        )
        for model in pack.models.values():
            require_used(model.session, device)
    except NoAccelerator:
        raise
    except AssertionError as error:  # how insightface says it
        raise PackError(f"{folder} holds no face detector that insightface recognises") from error
    except Exception as error:  # onnxruntime's and protobuf's errors share no base
        reason = " ".join(str(error).split())
        raise PackError(f"{folder} holds a model that cannot be loaded: {reason}") from error
    if not pack.det_model.use_kps:
        raise PackError(f"{folder}: its detector gives no five points, which alignment needs")
    pack.prepare(ctx_id=0)
    models: dict[str, Any] = pack.models
    for task, model in models.items():
        model.session = _FiniteSession(model.session, f"{folder.name}'s {task} model")
    pack.det_model.static_shape_sessions = False  # or insightface would open sessions of its own per size
    return models


def detect(detector: Any, pictures: Sequence[Picture]) -> list[list[PackFace]]:
    """The faces of each picture, largest first.

    In batches where the graph takes them; the detectors of insightface's own packs are exported for one picture.
    """
    if not detector.batched or isinstance(detector.input_shape[0], int):
        return [_faces(*detector.detect(picture)) for picture in pictures]
    found = []
    for first in range(0, len(pictures), _PICTURES):
        some = pictures[first : first + _PICTURES]
        answers = {tuple(size): _run(detector, _letterboxed(detector, some, size)) for size in detector.input_sizes}
        for row, picture in enumerate(some):
            told = copy.copy(detector)
            told.session = _Told({size: [part[row : row + 1] for part in parts] for size, parts in answers.items()})
            found.append(_faces(*told.detect(picture)))
    return found


def embed(recognition: Any, crops: Sequence[Picture]) -> list[NDArray[np.float32]]:
    """The embeddings of aligned crops, float32 [d] each, as the model gives them."""
    rows: list[NDArray[np.float32]] = []
    for part, count in _batches(crops, recognition.input_shape[0]):
        rows += list(recognition.get_feat(part)[:count])
    return rows


def landmarks(model: Any, pictures: Sequence[Picture], faces: Sequence[PackFace]) -> list[NDArray[np.float32]]:
    """The landmarks of faces, float32 [68, 3] each, in pixels; row i of `pictures` shows face i."""
    side = int(model.input_size[0])
    crops, ways = [], []
    for picture, face in zip(pictures, faces, strict=True):
        x0, y0, x1, y1 = face.bbox
        scale = side / (max(x1 - x0, y1 - y0) * _LANDMARK_SPAN)
        crop, way = face_align.transform(picture, ((x1 + x0) / 2, (y1 + y0) / 2), side, scale, 0)
        crops.append(crop)
        ways.append(cv2.invertAffineTransform(way))
    rows: list[NDArray[np.float32]] = []
    for part, count in _batches(crops, model.input_shape[0]):
        (answer,) = _run(model, _blob(model, part, (side, side)))
        rows += list(answer[:count])
    return [_points(model, row, way) for row, way in zip(rows, ways, strict=True)]


class _FiniteSession:
    """A session that raises NotFinite where its outputs are not finite."""

    def __init__(self, session: Any, name: str) -> None:
        self._session, self._name = session, name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self._session, attribute)

    def run(self, *arguments: Any) -> list[NDArray[np.float32]]:
        answers: list[NDArray[np.float32]] = self._session.run(*arguments)
        check_finite(self._name, answers)
        return answers


class _Told:
    """Stands for a session whose answers are known already, by the size of the picture, (width, height)."""

    def __init__(self, answers: Mapping[tuple[int, int], list[NDArray[np.float32]]]) -> None:
        self._answers = answers

    def run(self, _names: Sequence[str], feed: Mapping[str, NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        (blob,) = feed.values()
        return self._answers[blob.shape[3], blob.shape[2]]


def _faces(boxes: NDArray[np.float32], points: NDArray[np.float32]) -> list[PackFace]:
    areas = (boxes[:, 2:4] - boxes[:, :2]).prod(axis=1)
    return [
        PackFace(bbox=boxes[n, :4], kps=points[n], det_score=float(boxes[n, 4]))
        for n in np.argsort(-areas, kind="stable")
    ]


def _letterboxed(detector: Any, pictures: Sequence[Picture], size: tuple[int, int]) -> NDArray[np.float32]:
    """As SCRFD.detect places a picture: as large as it fits into (width, height), at the top left."""
    width, height = size
    placed = []
    for picture in pictures:
        ratio = picture.shape[0] / picture.shape[1]
        fit = (int(height / ratio), height) if ratio > height / width else (width, int(width * ratio))
        square = np.zeros((height, width, 3), np.uint8)
        square[: fit[1], : fit[0]] = cv2.resize(picture, fit)
        placed.append(square)
    return _blob(detector, placed, size)


def _blob(model: Any, pictures: Sequence[Picture], size: tuple[int, int]) -> NDArray[np.float32]:
    mean = (model.input_mean,) * 3
    blob = cv2.dnn.blobFromImages(pictures, 1.0 / model.input_std, size, mean, swapRB=True)
    return blob.astype(np.float32, copy=False)


def _run(model: Any, blob: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """All of a model's outputs for a batch."""
    (name,) = (tensor.name for tensor in model.session.get_inputs())
    answers: list[NDArray[np.float32]] = model.session.run(model.output_names, {name: blob})
    return answers


def _points(model: Any, row: NDArray[np.float32], way: NDArray[np.float64]) -> NDArray[np.float32]:
    """Landmark.get's reading of the graph's answer: -1..1 across the crop, depth in the same unit."""
    points = row.reshape(-1, model.lmk_dim)[-model.lmk_num :].copy()
    points[:, :2] += 1
    points *= model.input_size[0] // 2
    return np.asarray(face_align.trans_points(points, way), np.float32)


def _batches(crops: Sequence[Picture], batch: int | str | None) -> Iterator[tuple[list[Picture], int]]:
    """Crops in batches, each with how many of it count: a graph with a fixed batch takes no less, and is filled up."""
    size = batch if isinstance(batch, int) else _CROPS
    for first in range(0, len(crops), size):
        part = list(crops[first : first + size])
        missing = size - len(part) if isinstance(batch, int) else 0
        yield part + part[-1:] * missing, len(part)
