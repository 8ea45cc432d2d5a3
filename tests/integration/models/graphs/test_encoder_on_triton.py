"""The text encoder behind a real Triton server on this machine's CPU."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from models.graphs.errors import WrongGraph
from models.graphs.repository import Exported, write_repository
from models.graphs.triton_connection import TritonConnection
from models.graphs.triton_graph import TritonGraph
from models.language.embedding import TextEmbedder
from models.language.engines import embedder_version, load_embedder
from models.settings import ModelSettings
from ops.triton.install import Installed
from ops.triton.server import TritonServer

pytestmark = pytest.mark.integration

TEXTS = [
    *("", "短。", "I go running every morning.", "我每天早上都跑步。"),
    *(f"Sentence {n} of an answer, which says that we met the customer." for n in range(80)),
    "A text of more than one window. " * 100,
]


def test_the_settings_put_the_embedder_on_triton_with_the_same_vectors(triton: TritonServer, models_dir: Path) -> None:
    settings = ModelSettings(models_dir=models_dir, triton_url=triton.url)
    local = load_embedder(ModelSettings(models_dir=models_dir, triton_url=None), "cpu", 1)
    remote = load_embedder(settings, "cpu", 1)
    assert embedder_version(settings) == "text-encoder 1"
    assert (local.name, remote.name) == (TextEmbedder.name, f"{TextEmbedder.name} on Triton (text-encoder 1)")
    assert remote.embed(TEXTS) == pytest.approx(local.embed(TEXTS), abs=1e-4)
    assert remote.embed([]).shape == (0, 384)


def test_texts_of_many_threads_are_batched_by_the_server(connection: TritonConnection) -> None:
    graph = TritonGraph(connection, "text-encoder")
    batches = [np.full((2, 12), 6 + n, np.int64) for n in range(24)]
    before = graph.statistics()
    with ThreadPoolExecutor(12) as threads:
        together = list(threads.map(lambda batch: graph.run({"ids": batch})[0], batches))
    after = graph.statistics()
    assert (after.requests - before.requests, after.rows - before.rows) == (24, 48)
    assert after.runs - before.runs < 20
    for batch, rows in zip(batches, together, strict=True):
        assert rows == pytest.approx(graph.run({"ids": batch})[0], abs=1e-4)


def test_a_server_without_the_encoder_is_told(
    triton_program: Installed, face_exports: list[Exported], models_dir: Path, tmp_path: Path
) -> None:
    write_repository(tmp_path / "models", face_exports[1:2], "python")
    with TritonServer(triton_program, tmp_path / "models", tmp_path / "log") as server:
        with pytest.raises(WrongGraph, match=r"has no such model.*text-encoder") as raised:
            load_embedder(ModelSettings(models_dir=models_dir, triton_url=server.url), "cpu", 1)
        assert "\n" not in str(raised.value)
