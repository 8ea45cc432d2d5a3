"""A torch network as an ONNX graph."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import nn

_OPSET = 18  # the first that knows the bits of integers, in which 4-bit weights are stored


def export_network(
    network: nn.Module, example: torch.Tensor, given: str, found: str, free: Sequence[str] = ("batch",)
) -> bytes:
    """The serialised graph of a network of one input and one output, called `given` and `found`.

    `example` is an input; its first axes have the names in `free`, and any length. So has the output's first.
    """
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        # The exporter that needs no further package warns of its age, and of sizes that it takes as constant: they are.
        warnings.simplefilter("ignore")
        written = Path(folder, "network.onnx")
        torch.onnx.export(
            network,
            (example,),
            written,
            dynamo=False,
            opset_version=_OPSET,
            input_names=[given],
            output_names=[found],
            dynamic_axes={given: dict(enumerate(free)), found: {0: free[0]}},
        )
        return written.read_bytes()
