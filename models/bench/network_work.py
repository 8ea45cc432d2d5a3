"""Multiply-accumulates of one pass through a network, counted from its graph; convolutions and products alone count."""

import math
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn


def torch_macs(network: nn.Module, *shape: int) -> int:
    """Of a torch module for one input of `shape`, batch first."""
    total = 0

    def count(layer: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal total
        if isinstance(layer, nn.Conv2d | nn.Linear):
            # Each output value is one row of weights times the input below it.
            total += output.numel() * math.prod(layer.weight.shape[1:])

    hooks = [layer.register_forward_hook(count) for layer in network.modules()]
    try:
        with torch.inference_mode():
            network(torch.zeros(shape))
    finally:
        for hook in hooks:
            hook.remove()
    return total


def onnx_macs(model: Path, *shape: int) -> int:
    """Of an ONNX graph with one input, of `shape`: its convolutions, transposed or not."""
    loaded = onnx.load(model)
    weights = {tensor.name: tuple(tensor.dims) for tensor in loaded.graph.initializer}
    (picture,) = [value for value in loaded.graph.input if value.name not in weights]
    for dim, size in zip(picture.type.tensor_type.shape.dim, shape, strict=True):
        dim.dim_value = size
    # Sizes written down for another input would contradict those inferred for this one.
    for value in loaded.graph.output:
        for dim in value.type.tensor_type.shape.dim:
            dim.dim_param = "any"
    del loaded.graph.value_info[:]
    graph = onnx.shape_inference.infer_shapes(loaded, strict_mode=True).graph
    sizes = {
        value.name: [dim.dim_value for dim in value.type.tensor_type.shape.dim]
        for value in (*graph.value_info, *graph.input, *graph.output)
    }
    total = 0
    for node in graph.node:
        if node.op_type == "Conv":
            total += math.prod(sizes[node.output[0]]) * math.prod(weights[node.input[1]][1:])
        elif node.op_type == "ConvTranspose":  # each input value is multiplied by its filters [out/groups, h, w]
            total += math.prod(sizes[node.input[0]]) * math.prod(weights[node.input[1]][1:])
    return total
