"""Single pictures and takes of several candidates, in one batch: each gets what it would have got alone."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import skimage.data

from models.faces.contract import Followed, Stretch, Track
from models.faces.default import GraphFaceEngine
from models.faces.detector import CenterFaceDetector, published_graph
from models.faces.graphs import local_graphs
from models.graphs.contract import Tensor
from models.graphs.finite import NotFinite
from models.graphs.onnx_graph import OnnxGraph
from serving.face_analyst import FaceAnalyst, count_frames
from serving.fair_queue import Claim
from serving.settings import EngineProfile

pytestmark = pytest.mark.integration

PROFILE = EngineProfile(device="cpu", threads=1, max_batch_size=16, batch_wait_s=0.2, max_waiting=64, replica={})


async def test_pictures_and_takes_share_a_batch(models_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_MODELS_DIR", str(models_dir))
    analyst = FaceAnalyst(PROFILE)
    somebody = np.asarray(skimage.data.astronaut(), np.uint8)  # type: ignore[no-untyped-call]
    nobody = np.zeros_like(somebody)

    stills, followed, others = await asyncio.gather(
        analyst.analyse([nobody, somebody], Claim()),
        analyst.follow(Stretch([somebody, somebody], Track())),
        analyst.analyse([nobody]),
    )

    assert [len(faces) for faces in stills] == [0, 1]
    assert [len(faces) for faces in followed.faces] == [1, 1]
    assert others == [[]]
    [alone] = (await analyst.analyse([somebody]))[0]
    assert stills[1][0].box == pytest.approx(alone.box, abs=1e-3)
    assert stills[1][0].embedding == pytest.approx(alone.embedding, abs=1e-4)


async def test_takes_with_and_without_expressions_share_a_batch(
    models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARLEY_MODELS_DIR", str(models_dir))
    analyst = FaceAnalyst(PROFILE)
    somebody = np.asarray(skimage.data.astronaut(), np.uint8)  # type: ignore[no-untyped-call]

    read, unread = await asyncio.gather(
        analyst.follow(Stretch([somebody, somebody], Track())),
        analyst.follow(Stretch([somebody, somebody], Track(expressions=False))),
    )

    assert [face.expressions is None for faces in read.faces for face in faces] == [False, False]
    assert [face.expressions is None for faces in unread.faces for face in faces] == [True, True]
    assert (read.track.expressions, unread.track.expressions) == (True, False)


async def test_a_poisoned_frame_costs_nobody_else_their_faces(
    models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARLEY_MODELS_DIR", str(models_dir))
    analyst = FaceAnalyst(PROFILE)
    somebody = np.asarray(skimage.data.astronaut(), np.uint8)  # type: ignore[no-untyped-call]
    poison = somebody.copy()
    poison[0, 0] = (7, 77, 177)
    graph = OnnxGraph(published_graph(models_dir / "centerface" / "centerface.onnx"))

    class Poisoned:
        """The real detector, whose maps are NaN for the poisoned frame."""

        inputs, outputs = graph.inputs, graph.outputs

        def run(self, tensors: Mapping[str, Tensor]) -> list[Tensor]:
            found = graph.run(tensors)
            (frames,) = tensors.values()
            for row, frame in enumerate(frames):
                if frame[:, 0, 0].tolist() == [7, 77, 177]:
                    for part in found:
                        part[row] = np.nan
            return found

    graphs = local_graphs(models_dir / "centerface", models_dir / "face-api", "cpu", 1)
    poisoned = replace(graphs, detector=CenterFaceDetector(Poisoned()))
    analyst._engine.current = GraphFaceEngine(poisoned)
    outcomes = await asyncio.gather(
        analyst.analyse([somebody]),
        analyst.analyse([somebody, poison]),
        analyst.follow(Stretch([poison], Track())),
        analyst.follow(Stretch([somebody], Track())),
        return_exceptions=True,
    )
    assert isinstance(outcomes[0], list) and [len(faces) for faces in outcomes[0]] == [1]
    assert isinstance(outcomes[1], NotFinite) and isinstance(outcomes[2], NotFinite)
    assert isinstance(outcomes[3], Followed) and [len(faces) for faces in outcomes[3].faces] == [1]
    analyst.check_health()


def test_a_batch_costs_its_frames() -> None:
    frame = np.zeros((4, 4, 3), np.uint8)
    assert count_frames([[frame, frame], Stretch([frame] * 3, Track())]) == 5
