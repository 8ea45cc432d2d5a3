"""The text embedder that the settings ask for."""

from models.catalog import model_folder
from models.graphs.on_triton import connected, served
from models.graphs.triton_graph import TritonGraph
from models.language.embedding import TextEmbedder
from models.language.exported import ON_TRITON
from models.settings import ModelSettings


def load_embedder(settings: ModelSettings, device: str, threads: int) -> TextEmbedder:
    """The embedder on `device` ("cpu" or "cuda"), or on Triton, whose model's version its name then carries.

    Raises ModelMissing, PackedModelError or GraphError.
    """
    folder = model_folder("e5-small", settings.models_dir)
    if settings.triton_url is None:
        return TextEmbedder(folder, device, threads)
    graph = TritonGraph(connected(settings.triton_url), ON_TRITON)
    embedder = TextEmbedder(folder, encoder=graph)
    embedder.name = f"{embedder.name} on Triton ({graph.model} {graph.version})"
    return embedder


def embedder_version(settings: ModelSettings) -> str:
    """What `load_embedder` would load now: another text once Triton is to serve a newer version.

    Raises GraphError where Triton does not tell.
    """
    return "" if settings.triton_url is None else served(connected(settings.triton_url), [ON_TRITON])
