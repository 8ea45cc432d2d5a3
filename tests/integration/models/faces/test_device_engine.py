"""The torch path that a GPU takes, on this machine's CPU, against the default engine."""

from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray

from models.faces.contract import FaceEngine, Stretch
from models.faces.default import DefaultFaceEngine
from models.faces.detector import published_graph
from models.faces.device_engine import DeviceFaceEngine
from models.graphs.errors import NoAccelerator
from models.graphs.onnx_graph import OnnxGraph
from models.graphs.onnx_network import OnnxNetwork

pytestmark = pytest.mark.integration
Picture = NDArray[np.uint8]


@pytest.fixture(scope="module")
def on_device(models_dir: Path) -> DeviceFaceEngine:
    return DeviceFaceEngine(models_dir / "centerface", models_dir / "face-api", "cpu")


def test_the_detector_in_torch_gives_the_numbers_of_onnxruntime(models_dir: Path) -> None:
    graph = published_graph(models_dir / "centerface" / "centerface.onnx")
    batch = np.random.default_rng(0).uniform(0, 255, (2, 3, 96, 160)).astype(np.float32)
    with torch.inference_mode():
        ours = OnnxNetwork(graph)(torch.from_numpy(batch))
    runner = OnnxGraph(graph)
    for one, other in zip(ours, runner.run({runner.inputs[0]: batch}), strict=True):
        assert one.numpy() == pytest.approx(other, abs=1e-4)


def test_it_sees_what_the_default_engine_sees(
    on_device: DeviceFaceEngine, engine: DefaultFaceEngine, astronaut: Picture, six_people: Picture, man: Picture
) -> None:
    contract: FaceEngine = on_device
    dark = (astronaut * 0.1 + np.random.default_rng(0).normal(0, 4, astronaut.shape)).clip(0, 255).astype(np.uint8)
    frames = [
        astronaut,
        six_people,
        np.zeros((120, 160, 3), np.uint8),
        man,
        np.ascontiguousarray(astronaut[:, ::-1]),
        dark,
    ]
    ours, theirs = contract.analyse(frames), engine.analyse(frames)
    assert [len(faces) for faces in ours] == [len(faces) for faces in theirs] == [1, 6, 0, 1, 1, 1]
    for one, other in ((a, b) for pair in zip(ours, theirs, strict=True) for a, b in zip(*pair, strict=True)):
        side = float((other.box[2:] - other.box[:2]).max())
        # Frames that are scaled for a look are scaled by torch here: nearly, not exactly, as OpenCV does.
        assert one.box == pytest.approx(other.box, abs=0.03 * side)
        assert one.points == pytest.approx(other.points, abs=0.02 * side)
        assert one.landmarks == pytest.approx(other.landmarks, abs=0.03 * side)
        assert one.embedding is not None and other.embedding is not None
        assert engine.identity_rule.distance(one.embedding, other.embedding) < 0.25
        assert (one.pose is None, one.gaze is None) == (other.pose is None, other.gaze is None)


def test_a_frame_that_is_not_scaled_gives_the_same_numbers(
    on_device: DeviceFaceEngine, engine: DefaultFaceEngine, astronaut: Picture
) -> None:
    ((one,),), ((other,),) = on_device.analyse([astronaut]), engine.analyse([astronaut])
    assert one.box == pytest.approx(other.box, abs=1e-2) and one.points == pytest.approx(other.points, abs=1e-2)
    assert one.score == pytest.approx(other.score, abs=1e-4)
    assert one.landmarks == pytest.approx(other.landmarks, abs=0.5)
    assert one.expressions == pytest.approx(other.expressions, abs=0.02)
    assert np.linalg.norm(np.subtract(one.embedding, other.embedding)) < 0.03


def test_takes_are_analysed_frame_by_frame(on_device: DeviceFaceEngine, astronaut: Picture, man: Picture) -> None:
    larger = cv2.resize(astronaut, (600, 600), interpolation=cv2.INTER_AREA).astype(np.uint8)
    one, two = on_device.follow([Stretch([astronaut, larger]), Stretch([man])])
    assert [len(faces) for faces in (*one.faces, *two.faces)] == [1, 1, 1]
    assert on_device.analyse([]) == []


def test_a_gpu_that_is_not_there_is_no_silent_cpu(models_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CPUExecutionProvider"])
    with pytest.raises(NoAccelerator, match="no GPU"):
        DeviceFaceEngine(models_dir / "centerface", models_dir / "face-api")
    with pytest.raises(NoAccelerator, match="CUDAExecutionProvider"):
        DefaultFaceEngine(models_dir / "centerface", models_dir / "face-api", "cuda")
