"""The default engine's networks as ONNX graphs, for an inference server."""

import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import nn

from models.faces.detector import published_graph
from models.faces.networks import (
    FEATURE_SIDE,
    IDENTITY_SIDE,
    expression_network,
    identity_network,
    landmark_network,
)
from models.graphs.repository import Exported

_OPSET = 17
# Frames of 640 x 480 for the detector, whose maps take 20 MB each; crops of faces for the others.
_FRAMES, _CROPS = 16, 32


def exported_graphs(centerface: Path, face_api: Path) -> list[Exported]:
    """CenterFace and the three face-api networks, under the names that `triton_graphs` asks for.

    Raises DetectorError or WeightsError.
    """
    return [
        Exported("centerface", published_graph(centerface / "centerface.onnx"), _FRAMES),
        Exported("face-landmarks", _onnx(landmark_network(face_api), FEATURE_SIDE), _CROPS),
        Exported("face-expressions", _onnx(expression_network(face_api), FEATURE_SIDE), _CROPS),
        Exported("face-identity", _onnx(identity_network(face_api), IDENTITY_SIDE), _CROPS),
    ]


def _onnx(network: nn.Module, side: int) -> bytes:
    """The graph of a network that takes "crops", float32 [batch, 3, side, side]."""
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        # The exporter that needs no further package warns of its age, and of sizes that it takes as constant: they are.
        warnings.simplefilter("ignore")
        written = Path(folder, "network.onnx")
        torch.onnx.export(
            network,
            (torch.zeros(1, 3, side, side),),
            written,
            dynamo=False,
            opset_version=_OPSET,
            input_names=["crops"],
            output_names=["rows"],
            dynamic_axes={"crops": {0: "batch"}, "rows": {0: "batch"}},
        )
        return written.read_bytes()
