"""Packs that the test builds: real graphs of the shapes insightface knows, small enough to reason about."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from insightface.data import get_object
from insightface.utils.face_align import arcface_dst
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.faces.contract import FaceEngine, Stretch, Track
from models.faces.pack import PackError, PackFaceEngine

pytestmark = pytest.mark.integration
Picture = NDArray[np.uint8]
CELL = 32  # pixels; the "face" of these packs is one bright cell of the coarsest grid
WHITE, PINK, YELLOW = (255, 255, 255), (255, 150, 255), (255, 255, 150)


def constant(name: str, value: object, dtype: type = np.float32) -> onnx.TensorProto:
    return numpy_helper.from_array(np.asarray(value, dtype), name)


def save(path: Path, nodes: list[onnx.NodeProto], inputs: object, outputs: object, constants: object) -> None:
    graph = helper.make_graph(nodes, "test", inputs, outputs, constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)


def save_detector(path: Path, points: bool = True) -> None:
    """SCRFD's outputs for strides 8, 16, 32 and two anchors; a bright 32-pixel cell scores, the finer grids never do.

    A box reaches one cell around its cell, and the five points stand in it as in the ArcFace crop.
    """
    five = ((arcface_dst / 112) * 3 - 1).reshape(1, 10)
    nodes = [helper.make_node("ReduceMean", ["input"], ["grey"], axes=[1], keepdims=1)]
    constants = [
        constant("shape", [-1, 1], np.int64),
        constant("steep", 20.0),
        constant("zero4", np.zeros((1, 4))),
        constant("zero10", np.zeros((1, 10))),
        constant("box", [[1, 1, 2, 2]]),
        constant("five", five),
    ]
    outputs: dict[str, list[onnx.ValueInfoProto]] = {"score": [], "box": [], "five": []}
    for stride, border in ((8, 99.0), (16, 99.0), (CELL, 0.5)):
        s = str(stride)
        constants.append(constant(f"border{s}", border))
        nodes += [
            helper.make_node("AveragePool", ["grey"], [f"pool{s}"], kernel_shape=[stride] * 2, strides=[stride] * 2),
            helper.make_node("Concat", [f"pool{s}", f"pool{s}"], [f"pair{s}"], axis=1),
            helper.make_node("Transpose", [f"pair{s}"], [f"last{s}"], perm=[0, 2, 3, 1]),
            helper.make_node("Reshape", [f"last{s}", "shape"], [f"flat{s}"]),
            helper.make_node("Sub", [f"flat{s}", f"border{s}"], [f"over{s}"]),
            helper.make_node("Mul", [f"over{s}", "steep"], [f"logit{s}"]),
            helper.make_node("Sigmoid", [f"logit{s}"], [f"score{s}"]),
            helper.make_node("Mul", [f"flat{s}", "zero4"], [f"none4{s}"]),
            helper.make_node("Add", [f"none4{s}", "box"], [f"box{s}"]),
            helper.make_node("Mul", [f"flat{s}", "zero10"], [f"none10{s}"]),
            helper.make_node("Add", [f"none10{s}", "five"], [f"five{s}"]),
        ]
        for name, width in (("score", 1), ("box", 4), ("five", 10)):
            outputs[name].append(helper.make_tensor_value_info(f"{name}{s}", TensorProto.FLOAT, [f"n{s}", width]))
    picture = helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, "height", "width"])
    save(path, nodes, [picture], outputs["score"] + outputs["box"] + (outputs["five"] if points else []), constants)


def save_recognition(path: Path, batch: str | int) -> None:
    """An embedding of 27: the mean colours of nine fields of the aligned crop."""
    picture = helper.make_tensor_value_info("input", TensorProto.FLOAT, [batch, 3, 112, 112])
    embedding = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [batch, 27])
    nodes = [
        helper.make_node("AveragePool", ["input"], ["fields"], kernel_shape=[37, 37], strides=[37, 37]),
        helper.make_node("Flatten", ["fields"], ["embedding"], axis=1),
    ]
    save(path, nodes, [picture], [embedding], [])


def save_landmarks(path: Path) -> None:
    """insightface's 3d68 shape: 1103 points of which the last 68 count; here always its mean face."""
    points = np.zeros((1103, 3), np.float32)
    points[-68:] = get_object("meanshape_68.pkl")
    picture = helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 3, 192, 192])
    output = helper.make_tensor_value_info("points", TensorProto.FLOAT, ["batch", 3309])
    nodes = [
        helper.make_node("ReduceMean", ["input"], ["mean"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Reshape", ["mean", "column"], ["rows"]),
        helper.make_node("Mul", ["rows", "nothing"], ["none"]),
        helper.make_node("Add", ["none", "face"], ["points"]),
    ]
    constants = [
        constant("column", [-1, 1], np.int64),
        constant("nothing", np.zeros((1, 3309))),
        constant("face", points.reshape(1, 3309)),
    ]
    save(path, nodes, [picture], [output], constants)


def frame(*cells: tuple[int, int, tuple[int, int, int]]) -> Picture:
    picture = np.zeros((640, 640, 3), np.uint8)
    for column, row, colour in cells:
        picture[row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL] = colour
    return picture


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "ours"
    folder.mkdir()
    save_detector(folder / "det.onnx")
    save_recognition(folder / "rec.onnx", "batch")
    return folder


def test_a_pack_serves_the_contract(pack: Path) -> None:
    engine: FaceEngine = PackFaceEngine(pack)
    assert engine.name == "insightface pack ours"
    two, none, one = engine.analyse([frame((4, 5, WHITE), (12, 10, PINK)), frame(), frame((15, 3, PINK))])
    assert (len(two), len(none), len(one)) == (2, 0, 1)
    (face,) = one
    assert face.box == pytest.approx([14 * CELL, 2 * CELL, 17 * CELL, 5 * CELL], abs=0.5)
    assert face.points == pytest.approx(arcface_dst / 112 * 96 + (14 * CELL, 2 * CELL), abs=0.5)
    assert face.score > 0.5
    assert face.pose is not None and face.embedding is not None
    assert (face.landmarks, face.gaze, face.expressions) == (None, None, None)
    assert np.linalg.norm(face.embedding) == pytest.approx(1, abs=1e-5)
    by_place = {int(other.box[0]): other.embedding for other in two}
    white, pink = by_place[3 * CELL], by_place[11 * CELL]
    assert white is not None and pink is not None
    assert engine.identity_rule.distance(face.embedding, pink) == pytest.approx(0, abs=1e-3)
    assert engine.identity_rule.distance(face.embedding, white) > 0.005


def test_takes_are_analysed_frame_by_frame(pack: Path) -> None:
    engine = PackFaceEngine(pack)
    one, two = engine.follow(
        [
            Stretch([frame((4, 5, WHITE)), frame()], Track(expressions=False)),
            Stretch([frame((4, 5, WHITE), (12, 10, PINK))]),
        ]
    )
    assert [len(faces) for faces in (*one.faces, *two.faces)] == [1, 0, 2]
    assert (one.track.expressions, two.track.expressions) == (False, True)


def test_a_fixed_batch_gives_the_same_embeddings(pack: Path) -> None:
    frames = [frame((4, 5, WHITE), (12, 10, PINK)), frame((7, 7, YELLOW))]
    free = [face.embedding for faces in PackFaceEngine(pack).analyse(frames) for face in faces]
    for batch in (1, 2):
        save_recognition(pack / "rec.onnx", batch)
        fixed = [face.embedding for faces in PackFaceEngine(pack).analyse(frames) for face in faces]
        assert np.stack(fixed) == pytest.approx(np.stack(free), abs=1e-5)


def test_landmarks_of_a_3d68_model_come_along(pack: Path) -> None:
    save_landmarks(pack / "landmarks.onnx")
    ((face,),) = PackFaceEngine(pack).analyse([frame((4, 5, WHITE))])
    assert face.landmarks is not None
    assert face.landmarks.shape == (68, 2)
    assert (face.landmarks > face.box[:2]).all() and (face.landmarks < face.box[2:]).all()


def test_a_detector_alone_is_a_pack(pack: Path) -> None:
    (pack / "rec.onnx").unlink()
    ((face,),) = PackFaceEngine(pack).analyse([frame((4, 5, WHITE))])
    assert face.embedding is None


def test_a_folder_without_a_usable_pack_says_why(pack: Path, tmp_path: Path) -> None:
    with pytest.raises(PackError, match="is no folder"):
        PackFaceEngine(tmp_path / "gone")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(PackError, match=r"holds no \.onnx models"):
        PackFaceEngine(empty)
    save_recognition(empty / "rec.onnx", "batch")
    with pytest.raises(PackError, match="no face detector"):
        PackFaceEngine(empty)
    (empty / "broken.onnx").write_bytes(b"not a graph")
    with pytest.raises(PackError, match="cannot be loaded"):
        PackFaceEngine(empty)
    save_detector(pack / "det.onnx", points=False)
    with pytest.raises(PackError, match="no five points"):
        PackFaceEngine(pack)
