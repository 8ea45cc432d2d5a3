"""The face engine that the settings ask for."""

import atexit
from functools import cache

from models.added import added_model
from models.catalog import model_folder
from models.faces.contract import FaceEngine
from models.faces.default import DefaultFaceEngine, GraphFaceEngine
from models.faces.graphs import triton_graphs
from models.graphs.triton_connection import TritonConnection
from models.graphs.triton_graph import TritonGraph
from models.settings import ModelSettings, UnknownEngine

_ON_TRITON = ("centerface", "face-landmarks", "face-expressions", "face-identity")


def load_faces(settings: ModelSettings, device: str, threads: int) -> FaceEngine:
    """The engine on `device` ("cpu" or "cuda"). Its name carries the version of what was added, or of Triton's models.

    Raises UnknownEngine, ModelMissing, GraphError, or what an engine raises for a model that it cannot load.
    """
    root = settings.models_dir
    if settings.faces != "default":
        from models.faces.pack import PackFaceEngine

        pack = added_model(settings.faces, root)
        if pack is None or pack.kind != "insightface-pack":
            raise UnknownEngine(
                f"There is no face engine {settings.faces}: it is default, or the name of an insightface pack that was"
                " added with: parley models add"
            )
        engine = PackFaceEngine(pack.path(root), device, threads)
        engine.name = f"{pack.reference} (insightface pack)"
        return engine
    if settings.triton_url is not None:
        connection = _triton(settings.triton_url)
        graphs = GraphFaceEngine(triton_graphs(connection))
        graphs.name = f"{graphs.name} on Triton ({_served(connection)})"
        return graphs
    folders = model_folder("centerface", root), model_folder("face-api", root)
    if device != "cpu":
        from models.faces.device_engine import DeviceFaceEngine

        return DeviceFaceEngine(*folders, device)
    return DefaultFaceEngine(*folders, device, threads)


def faces_version(settings: ModelSettings) -> str:
    """What `load_faces` would load now: another text once a newer version of a pack or of Triton's models is to serve.

    Raises GraphError where Triton does not tell.
    """
    if settings.faces == "default" and settings.triton_url is not None:
        return _served(_triton(settings.triton_url))
    pack = added_model(settings.faces, settings.models_dir)
    return "" if pack is None else pack.reference


@cache
def _triton(url: str) -> TritonConnection:
    """One connection for all engines of the process, and for as long as it runs."""
    connection = TritonConnection(url)
    atexit.register(connection.close)
    return connection


def _served(connection: TritonConnection) -> str:
    """The newest version that Triton has of each model."""
    return ", ".join(f"{name} {TritonGraph(connection, name).version}" for name in _ON_TRITON)
