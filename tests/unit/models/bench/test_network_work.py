from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper
from torch import nn

from models.bench.network_work import onnx_macs, torch_macs

pytestmark = pytest.mark.unit


def test_torch_layers_are_counted_by_their_outputs() -> None:
    network = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3, stride=2, groups=8), nn.Flatten(), nn.Linear(72, 5)
    )
    assert torch_macs(network, 1, 3, 8, 8) == 8 * 64 * 27 + 8 * 9 * 9 + 5 * 72
    assert torch_macs(network, 4, 3, 8, 8) == 4 * torch_macs(network, 1, 3, 8, 8)


def test_onnx_convolutions_are_counted_at_the_asked_size(tmp_path: Path) -> None:
    picture = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 32, 32])
    output = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4, 32, 32])
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["h"], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]),
        helper.make_node("ConvTranspose", ["h", "v"], ["y"], kernel_shape=[2, 2], strides=[2, 2]),
    ]
    weights = [
        helper.make_tensor("w", TensorProto.FLOAT, [8, 3, 3, 3], [0.0] * 216),
        helper.make_tensor("v", TensorProto.FLOAT, [8, 4, 2, 2], [0.0] * 128),
    ]
    graph = helper.make_graph(nodes, "two", [picture], [output], weights)
    onnx.save(helper.make_model(graph), tmp_path / "two.onnx")
    assert onnx_macs(tmp_path / "two.onnx", 1, 3, 16, 24) == 8 * 96 * 27 + 8 * 96 * 16
