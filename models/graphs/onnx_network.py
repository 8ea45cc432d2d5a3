"""An ONNX graph of a convolutional network as a torch module, so that its tensors stay where the others are.

Operators: ONNX, "Operator Schemas", opset 9. Only those that such networks are made of.
"""

from collections.abc import Callable, Mapping
from typing import Any

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional

from models.graphs.errors import GraphError

Attributes = Mapping[str, Any]


class OnnxNetwork(nn.Module):
    """The graph's outputs, in its order, for its one input."""

    def __init__(self, graph: bytes) -> None:
        """Read a serialised graph. Raises GraphError where it has several inputs or an operator that is not known."""
        super().__init__()
        model = onnx.load_from_string(graph).graph
        self._names: dict[str, str] = {}  # of buffers: torch allows no dots in them
        for number, weight in enumerate(model.initializer):
            self._names[weight.name] = f"weight{number}"
            self.register_buffer(f"weight{number}", torch.from_numpy(numpy_helper.to_array(weight).copy()))
        inputs = [value.name for value in model.input if value.name not in self._names]
        if len(inputs) != 1:
            raise GraphError(f"the graph has {len(inputs)} inputs")
        self._input = inputs[0]
        self._outputs = [value.name for value in model.output]
        self._steps = [_step(node) for node in model.node]

    def forward(self, batch: Tensor) -> list[Tensor]:
        known = {name: self.get_buffer(buffer) for name, buffer in self._names.items()}
        known[self._input] = batch
        for run, inputs, output in self._steps:
            known[output] = run(*(known[name] for name in inputs))
        return [known[name] for name in self._outputs]


def _step(node: onnx.NodeProto) -> tuple[Callable[..., Tensor], list[str], str]:
    make = _OPERATORS.get(node.op_type)
    if make is None:
        raise GraphError(f"the graph has the operator {node.op_type}, which is not known here")
    attributes = {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute}
    return make(attributes), list(node.input), node.output[0]


def _convolution(attributes: Attributes) -> Callable[..., Tensor]:
    top, left, bottom, right = attributes.get("pads", [0, 0, 0, 0])
    strides, dilations = attributes.get("strides", [1, 1]), attributes.get("dilations", [1, 1])
    groups = attributes.get("group", 1)

    def run(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        if (top, left) == (bottom, right):
            return functional.conv2d(x, weight, bias, strides, (top, left), dilations, groups)
        return functional.conv2d(
            functional.pad(x, (left, right, top, bottom)), weight, bias, strides, 0, dilations, groups
        )

    return run


def _transposed_convolution(attributes: Attributes) -> Callable[..., Tensor]:
    top, left, bottom, right = attributes.get("pads", [0, 0, 0, 0])
    if (top, left) != (bottom, right) or "output_shape" in attributes:
        raise GraphError("the graph has a ConvTranspose with padding that is not known here")
    strides, dilations = attributes.get("strides", [1, 1]), attributes.get("dilations", [1, 1])
    extra, groups = attributes.get("output_padding", [0, 0]), attributes.get("group", 1)

    def run(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        return functional.conv_transpose2d(x, weight, bias, strides, (top, left), extra, groups, dilations)

    return run


def _batch_norm(attributes: Attributes) -> Callable[..., Tensor]:
    epsilon = attributes.get("epsilon", 1e-5)

    def run(x: Tensor, scale: Tensor, shift: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
        return functional.batch_norm(x, mean, variance, scale, shift, eps=epsilon)

    return run


_OPERATORS: dict[str, Callable[[Attributes], Callable[..., Tensor]]] = {
    "Add": lambda _: torch.add,
    "BatchNormalization": _batch_norm,
    "Conv": _convolution,
    "ConvTranspose": _transposed_convolution,
    "Relu": lambda _: torch.relu,
    "Sigmoid": lambda _: torch.sigmoid,
}
