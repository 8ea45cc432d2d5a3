from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper

from models.graphs.contract import GraphRunner
from models.graphs.errors import GraphError, NoAccelerator
from models.graphs.onnx_graph import OnnxGraph, run_bound
from models.graphs.providers import providers, require_used

pytestmark = pytest.mark.unit


def sum_and_difference() -> bytes:
    tensors = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["batch", 2]) for n in ("a", "b", "sum", "less")]
    nodes = [helper.make_node("Add", ["a", "b"], ["sum"]), helper.make_node("Sub", ["a", "b"], ["less"])]
    graph = helper.make_graph(nodes, "test", tensors[:2], tensors[2:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    serialised: bytes = model.SerializeToString()
    return serialised


A, B = np.array([[1, 2]], np.float32), np.array([[3, 5]], np.float32)


def test_a_graph_runs_by_names() -> None:
    graph: GraphRunner = OnnxGraph(sum_and_difference())
    assert (graph.inputs, graph.outputs) == (("a", "b"), ("sum", "less"))
    added, subtracted = graph.run({"b": B, "a": A})
    assert (added.tolist(), subtracted.tolist()) == ([[4, 7]], [[-2, -3]])


def test_io_binding_gives_the_same() -> None:
    session = onnxruntime.InferenceSession(sum_and_difference(), providers=["CPUExecutionProvider"])
    strided = np.asfortranarray(np.arange(8, dtype=np.float32).reshape(4, 2))
    added, subtracted = run_bound(session, {"a": strided, "b": np.ones_like(strided)}, "cpu", 0)
    assert added.tolist() == (strided + 1).tolist() and subtracted.tolist() == (strided - 1).tolist()


def test_what_cannot_be_loaded_or_run_says_so() -> None:
    for wrong in (b"", b"not a graph", sum_and_difference()[:40]):
        with pytest.raises(GraphError, match="cannot load"):
            OnnxGraph(wrong)
    with pytest.raises(GraphError, match="cannot run"):
        OnnxGraph(sum_and_difference()).run({"a": A})
    with pytest.raises(GraphError, match="cannot run"):
        OnnxGraph(sum_and_difference()).run({"a": A, "b": B.astype(np.float64)})


def test_every_device_has_its_providers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    known = ["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: known)
    assert providers("cpu") == [("CPUExecutionProvider", {})]
    assert providers("cuda:1") == [("CUDAExecutionProvider", {"device_id": 1}), ("CPUExecutionProvider", {})]
    names = [name for name, _ in providers("tensorrt", tmp_path)]
    assert names == known
    assert providers("tensorrt", tmp_path)[0][1]["trt_engine_cache_path"] == str(tmp_path)
    with pytest.raises(ValueError, match="gpu is no device"):
        providers("gpu")


def test_a_gpu_that_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    session = onnxruntime.InferenceSession(sum_and_difference(), providers=["CPUExecutionProvider"])
    # The provider is built in, but its libraries or the GPU are missing: onnxruntime goes on with the CPU.
    for device in ("cuda", "tensorrt:1"):
        with pytest.raises(NoAccelerator, match="found no GPU"):
            require_used(session, device)
    require_used(session, "cpu")
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CPUExecutionProvider"])
    for device in ("cuda", "tensorrt"):
        with pytest.raises(NoAccelerator, match=rf"{device} was asked for.*onnxruntime-gpu"):
            OnnxGraph(sum_and_difference(), device)
