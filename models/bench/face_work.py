"""What the default face networks take at least, counted from their graphs and weights."""

from pathlib import Path

from models.bench.network_work import onnx_macs, torch_macs
from models.faces.networks import (
    FEATURE_SIDE,
    IDENTITY_SIDE,
    expression_network,
    identity_network,
    landmark_network,
)


class FaceWork:
    """Multiply-accumulates of each part, and the bytes of all weights (the detector's file holds little else).

    features: landmarks and expression of one face. identity: the embedding of one.
    """

    def __init__(self, centerface: Path, face_api: Path) -> None:
        self._graph = centerface / "centerface.onnx"
        landmarks, expressions, identity = (
            network(face_api) for network in (landmark_network, expression_network, identity_network)
        )
        crop = 1, 3, FEATURE_SIDE, FEATURE_SIDE
        self.features = torch_macs(landmarks, *crop) + torch_macs(expressions, *crop)
        self.identity = torch_macs(identity, 1, 3, IDENTITY_SIDE, IDENTITY_SIDE)
        weights = [weight for network in (landmarks, expressions, identity) for weight in network.parameters()]
        self.weight_bytes = sum(weight.nbytes for weight in weights) + self._graph.stat().st_size

    def detection(self, height: int, width: int) -> int:
        """Of looking at one picture of that size."""
        return onnx_macs(self._graph, 1, 3, height, width)
