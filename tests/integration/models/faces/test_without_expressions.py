"""Takes whose faces may not be read for expressions: the network that would read them never sees them."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from models.faces.contract import Face, FaceEngine, Followed, Stretch, Track
from models.faces.default import GraphFaceEngine
from models.faces.device_engine import DeviceFaceEngine
from models.faces.graphs import local_graphs
from models.graphs.contract import GraphRunner, Tensor

pytestmark = pytest.mark.integration
Picture = NDArray[np.uint8]


class WatchedGraph:
    """A `GraphRunner` of a real graph that keeps what it is asked."""

    def __init__(self, graph: GraphRunner, seen: list[Tensor]) -> None:
        self._graph, self._seen = graph, seen
        self.inputs, self.outputs = graph.inputs, graph.outputs

    def run(self, tensors: Mapping[str, Tensor]) -> list[Tensor]:
        self._seen += [*tensors["crops"]]
        return self._graph.run(tensors)


class WatchedNetwork(torch.nn.Module):
    """A torch network that keeps what it is asked."""

    def __init__(self, network: torch.nn.Module, seen: list[Tensor]) -> None:
        super().__init__()
        self._network, self._seen = network, seen

    def forward(self, crops: torch.Tensor) -> torch.Tensor:
        self._seen += [*crops.numpy()]
        rows: torch.Tensor = self._network(crops)
        return rows


def graph_engine(models_dir: Path, seen: list[Tensor]) -> FaceEngine:
    graphs = local_graphs(models_dir / "centerface", models_dir / "face-api", "cpu", 1)
    return GraphFaceEngine(replace(graphs, expressions=WatchedGraph(graphs.expressions, seen)))


def device_engine(models_dir: Path, seen: list[Tensor]) -> FaceEngine:
    engine = DeviceFaceEngine(models_dir / "centerface", models_dir / "face-api", "cpu")
    engine._batch = 8  # as on a GPU, frames of several takes are measured together
    engine._expressions = WatchedNetwork(engine._expressions, seen)
    return engine


@pytest.fixture
def seen() -> list[Tensor]:
    """The crops that the expression network was given."""
    return []


@pytest.fixture(params=[graph_engine, device_engine])
def engine(request: pytest.FixtureRequest, models_dir: Path, seen: list[Tensor]) -> FaceEngine:
    make: Callable[[Path, list[Tensor]], FaceEngine] = request.param
    return make(models_dir, seen)


def take(*frames: Picture, expressions: bool) -> Stretch:
    return Stretch(frames, Track(expressions=expressions))


def same(one: Face, other: Face, but: str = "") -> bool:
    names = [field.name for field in fields(Face) if field.name != but]
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


def test_the_network_is_not_asked_in_any_stretch_of_the_take(
    engine: FaceEngine, seen: list[Tensor], astronaut: Picture
) -> None:
    frames = [astronaut, np.ascontiguousarray(astronaut[:, ::-1])]
    with_them, without = Track(), Track(expressions=False)
    for _ in range(3):
        (plain,) = engine.follow([Stretch(frames, without)])
        assert seen == []
        (read,) = engine.follow([Stretch(frames, with_them)])
        assert len(seen) == 2
        seen.clear()
        with_them, without = read.track, plain.track
        assert (with_them.expressions, without.expressions) == (True, False)
        for (face,), (other,) in zip(plain.faces, read.faces, strict=True):
            assert face.expressions is None and other.expressions is not None
            assert same(face, other, but="expressions")


def test_takes_with_and_without_share_a_call(
    engine: FaceEngine, seen: list[Tensor], astronaut: Picture, six_people: Picture, man: Picture
) -> None:
    mirrored = np.ascontiguousarray(astronaut[:, ::-1])
    pictures = [(astronaut, mirrored), (mirrored,), (six_people, man), (mirrored, astronaut, np.zeros_like(astronaut))]

    def follow(*allowed: bool) -> list[Followed]:
        seen.clear()
        return engine.follow([take(*some, expressions=one) for some, one in zip(pictures, allowed, strict=True)])

    everywhere = follow(True, True, True, True)
    assert len(seen) == 2 + 1 + 7 + 2
    for allowed, crops in (((False, True, False, True), 3), ((True, False, True, False), 9), ((False,) * 4, 0)):
        mixed = follow(*allowed)
        assert len(seen) == crops
        for one, ours, theirs in zip(allowed, mixed, everywhere, strict=True):
            assert ours.track.expressions == one
            assert [len(faces) for faces in ours.faces] == [len(faces) for faces in theirs.faces]
            for face, other in zip(chain(*ours.faces), chain(*theirs.faces), strict=True):
                assert same(face, other, but="expressions")
                # Fewer crops in a run of the network may round the last digit otherwise.
                assert face.expressions == (pytest.approx(other.expressions, abs=1e-6) if one else None)
