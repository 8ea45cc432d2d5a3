"""The default engine's networks as ONNX graphs, for an inference server."""

from pathlib import Path

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
from models.graphs.torch_export import export_network

# Frames of 640 x 480 for the detector, whose maps take 20 MB each; crops of faces for the others.
_FRAMES, _CROPS = 16, 32


def exported_graphs(centerface: Path, face_api: Path) -> list[Exported]:
    """CenterFace and the three face-api networks, under the names that `triton_graphs` asks for.

    Raises DetectorError or WeightsError.
    """
    return [
        Exported("centerface", published_graph(centerface / "centerface.onnx"), _FRAMES),
        Exported("face-landmarks", _graph(landmark_network(face_api), FEATURE_SIDE), _CROPS),
        Exported("face-expressions", _graph(expression_network(face_api), FEATURE_SIDE), _CROPS),
        Exported("face-identity", _graph(identity_network(face_api), IDENTITY_SIDE), _CROPS),
    ]


def _graph(network: nn.Module, side: int) -> bytes:
    """The graph of a network that takes "crops", float32 [batch, 3, side, side]."""
    return export_network(network, torch.zeros(1, 3, side, side), "crops", "rows")
