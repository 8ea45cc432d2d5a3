"""The face engine that the settings ask for."""

from models.added import added_model
from models.catalog import model_folder
from models.faces.contract import FaceEngine
from models.faces.default import DefaultFaceEngine, GraphFaceEngine
from models.faces.graphs import triton_graphs
from models.graphs.on_triton import connected, served
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
        connection = connected(settings.triton_url)
        graphs = GraphFaceEngine(triton_graphs(connection))
        graphs.name = f"{graphs.name} on Triton ({served(connection, _ON_TRITON)})"
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
        return served(connected(settings.triton_url), _ON_TRITON)
    pack = added_model(settings.faces, settings.models_dir)
    return "" if pack is None else pack.reference
