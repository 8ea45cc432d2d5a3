from pathlib import Path

import pytest
from onnx import TensorProto, helper

from models.graphs.errors import GraphError
from models.graphs.repository import Exported, write_repository

pytestmark = pytest.mark.unit


def negation(batch: str | int, seed: str = "test", dtype: int = TensorProto.FLOAT) -> bytes:
    tensors = [helper.make_tensor_value_info(name, dtype, [batch, 2, "length"]) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("Neg", ["x"], ["y"])], seed, tensors[:1], tensors[1:])
    serialised: bytes = helper.make_model(graph, ir_version=8).SerializeToString()
    return serialised


def versions(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_dir())


def test_a_new_graph_becomes_a_new_version_and_the_same_does_not(tmp_path: Path) -> None:
    for seed, expected in (("a", ["1"]), ("a", ["1"]), ("b", ["1", "2"]), ("a", ["1", "2", "3"])):
        (written,) = write_repository(tmp_path, [Exported("net", negation("batch", seed), 8)], "python")
        assert versions(tmp_path / "net") == expected
        assert written.name == expected[-1]
    assert (tmp_path / "net" / "1" / "model.py").is_file()


def test_the_configuration_tells_shapes_batches_and_instances(tmp_path: Path) -> None:
    write_repository(tmp_path, [Exported("net", negation("batch"), 8)], "onnxruntime", instances=3)
    text = (tmp_path / "net" / "config.pbtxt").read_text()
    for line in (
        "max_batch_size: 8",
        "dims: 2",
        "dims: -1",
        "count: 3",
        "kind: KIND_CPU",
        "num_versions: 2",
        "TYPE_FP32",
    ):
        assert line in text
    changed = (tmp_path / "net" / "config.pbtxt").stat().st_mtime_ns
    write_repository(tmp_path, [Exported("net", negation("batch"), 8)], "onnxruntime", instances=3)
    assert (tmp_path / "net" / "config.pbtxt").stat().st_mtime_ns == changed


def test_what_cannot_be_served_in_batches_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match="net cannot be served in batches: x has 4 rows always"):
        write_repository(tmp_path, [Exported("net", negation(4), 8)], "python")
    with pytest.raises(GraphError, match="has a type that is not served"):
        write_repository(tmp_path, [Exported("net", negation("batch", dtype=TensorProto.DOUBLE), 8)], "python")
    assert not list(tmp_path.iterdir())
