"""The encoder as an ONNX graph, for onnxruntime in this process or an inference server."""

from pathlib import Path

import torch

from models.graphs.repository import Exported
from models.graphs.torch_export import export_network
from models.language.encoder import Encoder
from models.language.packed import PackedModel, read_packed_model

ON_TRITON = "text-encoder"
# 32 of the longest texts take 400 MB of attention; an answer has fewer sentences, and shorter ones.
_ROWS = 32


def encoder_graph(model: PackedModel) -> bytes:
    """The graph that takes "ids", int64 [batch, tokens], and gives "vectors", float32 [batch, hidden]: 140 MB.

    The table of words, five of six weights, stays 4-bit as in the file; the layers' weights become float32.
    """
    # Two rows of which one is filled up, so that nothing of it is taken for constant.
    example = torch.tensor([[model.start, model.unknown, model.end], [model.start, model.end, model.pad]])
    return export_network(Encoder(model).eval(), example, "ids", "vectors", free=("batch", "tokens"))


def exported_encoder(file: Path) -> Exported:
    """The encoder in `file`, under the name that `load_embedder` asks for. Raises PackedModelError."""
    return Exported(ON_TRITON, encoder_graph(read_packed_model(file)), _ROWS)
