"""The four graphs of the default face engine, and who runs them."""

from dataclasses import dataclass
from pathlib import Path

from models.faces.detector import CenterFaceDetector
from models.faces.networks import expression_network, identity_network, landmark_network
from models.graphs.contract import GraphRunner
from models.graphs.torch_network import TorchNetwork
from models.graphs.triton_connection import TritonConnection
from models.graphs.triton_graph import TritonGraph


@dataclass(frozen=True)
class FaceGraphs:
    """The detector, and the networks that look at aligned crops: RGB 0..255, float32 [n, 3, side, side]."""

    detector: CenterFaceDetector
    landmarks: GraphRunner
    expressions: GraphRunner
    identity: GraphRunner


def local_graphs(centerface: Path, face_api: Path, device: str, threads: int) -> FaceGraphs:
    """The graphs in this process. Raises DetectorError, WeightsError, or NoAccelerator."""
    return FaceGraphs(
        CenterFaceDetector(centerface / "centerface.onnx", device, threads),
        TorchNetwork(landmark_network(face_api), device),
        TorchNetwork(expression_network(face_api), device),
        TorchNetwork(identity_network(face_api), device),
    )


def triton_graphs(connection: TritonConnection) -> FaceGraphs:
    """The graphs on a Triton server, under the names of `exported_graphs`. Raises GraphUnavailable or WrongGraph."""
    return FaceGraphs(
        CenterFaceDetector(TritonGraph(connection, "centerface")),
        TritonGraph(connection, "face-landmarks"),
        TritonGraph(connection, "face-expressions"),
        TritonGraph(connection, "face-identity"),
    )
