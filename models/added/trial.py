"""Try a brought model before it is offered."""

from pathlib import Path

import insightface
import numpy as np
import onnxruntime

from models.added.recognise import Kind, WrongFile
from models.faces.pack import PackError, PackFaceEngine
from models.faces.picture import read_picture
from models.graphs.contract import Tensor
from models.graphs.errors import GraphError
from models.graphs.onnx_graph import OnnxGraph
from models.speech.transcript import Language

_FREE = 64  # for sides that a graph leaves free: a multiple of the strides of usual networks


def try_model(path: Path, kind: Kind, languages: tuple[Language, ...] | None = None) -> str:
    """What a trial on samples found, as a sentence. Raises WrongFile with what is wrong."""
    match kind:
        case "insightface-pack":
            return _try_pack(path)
        case "onnx":
            return _try_graph(path)
        case "nemo":
            return _try_nemo(path, languages)


def _try_pack(path: Path) -> str:
    """On the picture of a group that comes with insightface, which any of its detectors sees."""
    picture = read_picture(Path(insightface.__file__).parent / "data" / "images" / "t1.jpg")
    try:
        engine = PackFaceEngine(path)
        (faces,) = engine.analyse([picture])
    except PackError as error:
        raise WrongFile(f"{error}.") from error
    except Exception as error:  # graphs that insightface takes for others fail in many ways
        raise WrongFile(f"{path} fails on a sample picture: {error}") from error
    if not faces:
        raise WrongFile(f"{path} finds no face in a sample picture of six people.")
    embeddings = [face.embedding for face in faces if face.embedding is not None]
    values = [face.box for face in faces] + [face.points for face in faces] + embeddings
    if not all(np.isfinite(value).all() for value in values):
        raise WrongFile(f"{path} gives numbers that are none (NaN) on a sample picture.")
    return f"{len(faces)} faces in a picture of six people, {len(embeddings)} with embeddings"


def _try_graph(path: Path) -> str:
    """On random numbers of the shapes that the graph asks for."""
    try:
        runner = OnnxGraph(path.read_bytes())
        outputs = runner.run({tensor.name: _sample(tensor) for tensor in runner.declared})
    except GraphError as error:
        raise WrongFile(f"{path} cannot be run: {error}") from error
    if not all(np.isfinite(output).all() for output in outputs if output.dtype.kind == "f"):
        raise WrongFile(f"{path} gives numbers that are none (NaN) on random ones.")
    return f"{len(outputs)} outputs on random numbers"


def _sample(tensor: onnxruntime.NodeArg) -> Tensor:
    shape = [side if isinstance(side, int) else (1 if axis == 0 else _FREE) for axis, side in enumerate(tensor.shape)]
    values = np.random.default_rng(0).uniform(0, 1, shape)
    kinds = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(double)": np.float64}
    if tensor.type in kinds:
        return values.astype(kinds[tensor.type])
    whole = {"tensor(int32)": np.int32, "tensor(uint8)": np.uint8, "tensor(bool)": np.bool_}
    return np.zeros(shape, whole.get(tensor.type, np.int64))


def _try_nemo(path: Path, languages: tuple[Language, ...] | None) -> str:
    """On two seconds of faint noise: what is said of it says nothing, but it must be transcribed without NaN."""
    # NeMo is imported only where it serves.
    from models.speech.contract import SAMPLE_RATE, Segment
    from models.speech.nemo.checkpoint import CheckpointError
    from models.speech.nemo.recognizer import NemoRecognizer
    from models.speech.nemo.restore import NotFinite

    noise = np.random.default_rng(0).normal(0, 0.01, 2 * SAMPLE_RATE).astype(np.float32)
    try:
        recognizer = NemoRecognizer(path, languages=languages)
        recognizer.transcribe([Segment(noise, 0.0, None)])
    except (CheckpointError, NotFinite) as error:
        raise WrongFile(f"{error}.") from error
    return f"{recognizer.name} transcribed two seconds of noise"
