"""Against a real Triton server on this machine's CPU."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import skimage.data
from onnx import TensorProto, helper, numpy_helper

from models.faces.default import DefaultFaceEngine, GraphFaceEngine
from models.faces.graphs import triton_graphs
from models.graphs.contract import GraphRunner, Tensor
from models.graphs.errors import GraphError, GraphUnavailable, WrongGraph
from models.graphs.onnx_graph import OnnxGraph
from models.graphs.repository import Exported, write_repository
from models.graphs.triton_connection import TritonConnection
from models.graphs.triton_graph import TritonGraph
from ops.triton.install import Installed
from ops.triton.server import TritonServer

pytestmark = pytest.mark.integration

RANDOM = np.random.default_rng(0)


def crops(count: int) -> Tensor:
    return RANDOM.uniform(0, 255, (count, 3, 112, 112)).astype(np.float32)


def times(factor: float) -> bytes:
    """A graph that multiplies: what it answers tells which version of it ran."""
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", 2]) for name in ("x", "y")]
    weights = [numpy_helper.from_array(np.float32(factor), "factor")]
    graph = helper.make_graph(
        [helper.make_node("Mul", ["x", "factor"], ["y"])], "times", values[:1], values[1:], weights
    )
    model: bytes = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8
    ).SerializeToString()
    return model


def test_every_face_graph_gives_the_numbers_of_onnxruntime(
    connection: TritonConnection, face_exports: list[Exported]
) -> None:
    sides = {"centerface": (96, 128), "face-landmarks": (112, 112), "face-expressions": (112, 112)}
    for entry in face_exports:
        remote: GraphRunner = TritonGraph(connection, entry.name)
        local: GraphRunner = OnnxGraph(entry.graph)
        assert (remote.inputs, remote.outputs) == (local.inputs, local.outputs)
        batch = RANDOM.uniform(0, 255, (3, 3, *sides.get(entry.name, (150, 150)))).astype(np.float32)
        for ours, theirs in zip(
            remote.run({remote.inputs[0]: batch}), local.run({local.inputs[0]: batch}), strict=True
        ):
            assert ours.dtype == theirs.dtype and ours == pytest.approx(theirs, abs=1e-4)


def test_outputs_in_shared_memory_are_those_of_messages(
    connection: TritonConnection, face_exports: list[Exported]
) -> None:
    graph, local = TritonGraph(connection, "face-landmarks"), OnnxGraph(face_exports[1].graph)
    batches = [crops(count) for count in (3, 3, 5, 1, 40)]  # after the first, the sizes of outputs are known
    found = [graph.run({"crops": batch})[0] for batch in batches]
    for batch, rows in zip(batches, found, strict=True):  # each is its caller's own, whatever came after it
        assert rows == pytest.approx(local.run({"crops": batch})[0], abs=1e-4)
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda batch: graph.run({"crops": batch})[0], batches * 4))
    for rows, expected in zip(together, found * 4, strict=True):
        assert rows == pytest.approx(expected, abs=1e-4)


def test_a_late_answer_is_written_to_nobody_elses_memory(
    triton: TritonServer, face_exports: list[Exported], connection: TritonConnection
) -> None:
    graph, local = TritonGraph(connection, "centerface"), OnnxGraph(face_exports[0].graph)
    frames = [RANDOM.uniform(0, 255, (2, 3, 480, 640)).astype(np.float32) for _ in range(3)]
    graph.run({graph.inputs[0]: frames[0]})
    patient, graph._served = graph._served, replace(graph._served, deadline_s=0.02)
    with pytest.raises(GraphUnavailable, match="did not answer within"):
        graph.run({graph.inputs[0]: frames[1]})
    graph._served = patient
    ours, theirs = graph.run({graph.inputs[0]: frames[2]}), local.run({local.inputs[0]: frames[2]})
    for one, other in zip(ours, theirs, strict=True):
        assert one == pytest.approx(other, abs=1e-4)
    pool = connection.regions()
    assert pool is not None and pool._lost == 1


def test_the_face_engine_sees_the_same_on_triton(connection: TritonConnection, models_dir: Path) -> None:
    frame = np.asarray(skimage.data.astronaut(), np.uint8)
    frames = [frame, np.ascontiguousarray(frame[:, ::-1])]
    local = DefaultFaceEngine(models_dir / "centerface", models_dir / "face-api").analyse(frames)
    for (ours,), (theirs,) in zip(GraphFaceEngine(triton_graphs(connection)).analyse(frames), local, strict=True):
        assert ours.box == pytest.approx(theirs.box, abs=1e-2)
        assert ours.embedding == pytest.approx(theirs.embedding, abs=1e-3)
        assert ours.expressions == pytest.approx(theirs.expressions, abs=1e-3)


def test_requests_of_many_threads_are_batched_by_the_server(connection: TritonConnection) -> None:
    graph = TritonGraph(connection, "face-landmarks")
    batches = [crops(2) for _ in range(48)]
    before = graph.statistics()
    with ThreadPoolExecutor(16) as threads:
        together = list(threads.map(lambda batch: graph.run({"crops": batch})[0], batches))
    after = graph.statistics()
    assert (after.requests - before.requests, after.rows - before.rows) == (48, 96)
    assert after.runs - before.runs < 40  # single requests would be 48
    assert after.failures == before.failures and after.compute_s > before.compute_s
    for batch, rows in zip(batches, together, strict=True):
        assert rows == pytest.approx(graph.run({"crops": batch})[0], abs=1e-4)


def test_more_rows_than_the_model_takes_are_split(connection: TritonConnection) -> None:
    graph = TritonGraph(connection, "face-expressions")
    batch = crops(70)
    before = graph.statistics()
    (rows,) = graph.run({"crops": batch})
    assert graph.statistics().requests - before.requests == 3
    assert rows.shape == (70, 7)
    assert rows[69:] == pytest.approx(graph.run({"crops": batch[69:]})[0], abs=1e-4)


def test_tensors_that_do_not_fit_are_refused_in_one_line(connection: TritonConnection) -> None:
    graph = TritonGraph(connection, "face-landmarks")
    with pytest.raises(GraphError, match="takes crops, not pictures"):
        graph.run({"pictures": crops(1)})
    for wrong in (crops(1)[:, :, :50], crops(1).astype(np.float64)):
        with pytest.raises(GraphError, match="refused") as raised:
            graph.run({"crops": wrong})
        assert "\n" not in str(raised.value)
    with pytest.raises(WrongGraph, match="no such model"):
        TritonGraph(connection, "gone")
    with pytest.raises(WrongGraph, match="version 1, not 7"):
        TritonGraph(connection, "face-landmarks", "7")
    assert graph.ready() and connection.ready()


def test_a_server_that_is_gone_is_waited_for(triton_program: Installed, tmp_path: Path) -> None:
    write_repository(tmp_path / "models", [Exported("times", times(2), 8)], "python")
    x: Tensor = np.ones((1, 2), np.float32)
    with TritonServer(triton_program, tmp_path / "models", tmp_path / "log") as server:
        with TritonConnection(server.url, deadline_s=2, patience_s=30) as patient:
            graph = TritonGraph(patient, "times")
            assert graph.run({"x": x})[0].tolist() == [[2, 2]]
            server.kill()
            assert not graph.ready()
            # Restarted by this thread, which the kernel takes for the server's parent.
            with ThreadPoolExecutor(4) as threads:
                waiting = [threads.submit(graph.run, {"x": x * n}) for n in range(4)]
                time.sleep(3)
                assert not any(run.done() for run in waiting)
                server.start()
                # Shared memory, too, is the new server's: its regions are made known to it again.
                assert [run.result()[0].tolist() for run in waiting] == [[[2 * n, 2 * n]] for n in range(4)]
            server.kill()
        with TritonConnection(server.url, deadline_s=2, patience_s=1) as hasty:
            began = time.monotonic()
            with pytest.raises(GraphUnavailable, match="does not answer"):
                TritonGraph(hasty, "times")
            assert time.monotonic() - began < 5


def test_a_version_rolls_out_without_a_failed_request(triton_program: Installed, tmp_path: Path) -> None:
    models = tmp_path / "models"
    write_repository(models, [Exported("times", times(2), 8)], "python")
    x: Tensor = np.ones((1, 2), np.float32)
    with (
        TritonServer(triton_program, models, tmp_path / "log", watch=True) as server,
        TritonConnection(server.url) as connection,
    ):
        old = TritonGraph(connection, "times")
        found: list[float] = []
        stop = threading.Event()

        def ask() -> None:
            while not stop.is_set():
                found.append(float(old.run({"x": x})[0][0, 0]))

        with ThreadPoolExecutor(1) as thread:
            asking = thread.submit(ask)
            write_repository(models, [Exported("times", times(2), 8)], "python")  # the same bytes: no new version
            write_repository(models, [Exported("times", times(3), 8)], "python")
            new = wait_for_version(connection, "2")
            stop.set()
            asking.result()
        assert set(found) == {2.0}  # who began with a version keeps it
        assert (old.version, new.version) == ("1", "2")
        assert new.run({"x": x})[0].tolist() == [[3, 3]]
        # Once more, and the oldest is served no more: its clients are told, and get no other version's numbers.
        write_repository(models, [Exported("times", times(5), 8)], "python")
        wait_for_version(connection, "3")
        while old.ready():
            time.sleep(0.05)
        with pytest.raises(WrongGraph, match=r"no more|no such"):
            old.run({"x": x})
        assert new.run({"x": x})[0].tolist() == [[3, 3]]


def wait_for_version(connection: TritonConnection, version: str) -> TritonGraph:
    for _ in range(300):
        graph = TritonGraph(connection, "times")
        if graph.version == version:
            return graph
        time.sleep(0.05)
    raise AssertionError(f"version {version} did not come")


def test_the_repository_names_its_backend(tmp_path: Path, face_exports: list[Exported]) -> None:
    write_repository(tmp_path / "ort", face_exports, "onnxruntime", instances=2, gpu=True)
    folder = tmp_path / "ort" / "centerface"
    config = (folder / "config.pbtxt").read_text()
    assert 'backend: "onnxruntime"' in config and "KIND_GPU" in config and "count: 2" in config
    assert sorted(path.name for path in (folder / "1").iterdir()) == ["model.onnx"]
    onnx.checker.check_model(folder / "1" / "model.onnx")
    with pytest.raises(GraphError, match="is no ONNX graph"):
        write_repository(tmp_path / "bad", [Exported("text", b"text", 8)], "python")
    assert not (tmp_path / "bad").exists()
