"""The encoder as an ONNX graph gives the vectors of the encoder in torch."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch

from models.graphs.contract import Tensor
from models.graphs.finite import NotFinite
from models.graphs.torch_network import TorchNetwork
from models.language.embedding import FILE, TextEmbedder
from models.language.encoder import Encoder
from models.language.packed import read_packed_model

pytestmark = pytest.mark.integration

TEXTS = [
    "",
    "短。",
    "I told my manager that I had made an error in the invoice.",
    "我跟经理说发票是我开错了，然后马上给客户打了电话。",
    "We sold apples and pears on the market. " * 30,
    "a text of more than one window " * 200,
]


def test_onnxruntime_gives_the_vectors_of_torch(embedder: TextEmbedder, models_dir: Path) -> None:
    network = Encoder(read_packed_model(models_dir / "e5-small" / FILE)).eval()
    in_torch = TextEmbedder(models_dir / "e5-small", encoder=TorchNetwork(network, given="ids", found="vectors"))
    vectors = embedder.embed(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors == pytest.approx(in_torch.embed(TEXTS), abs=1e-4)
    # Rows that are filled up are as they are alone, whatever stands beside them.
    with torch.inference_mode():
        ids = torch.tensor([[0, 6, 2, 1, 1, 1], [0, 6, 7, 8, 9, 2]])
        assert network(ids)[0].numpy() == pytest.approx(network(ids[:1, :3])[0].numpy(), abs=1e-5)


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0])
def test_vectors_that_are_none_are_refused(embedder: TextEmbedder, models_dir: Path, value: float) -> None:
    marked = embedder._tokenizer.encode("rocket", add_special_tokens=False).ids[0]

    class Poisoned:
        inputs, outputs = ("ids",), ("vectors",)

        def run(self, tensors: Mapping[str, Tensor]) -> list[Tensor]:
            (vectors,) = embedder._encoder.run(tensors)
            return [np.where((tensors["ids"] == marked).any(1)[:, None], np.float32(value), vectors)]

    poisoned = TextEmbedder(models_dir / "e5-small", encoder=Poisoned())
    assert poisoned.embed(TEXTS) == pytest.approx(embedder.embed(TEXTS), abs=1e-6)
    with pytest.raises(NotFinite, match=r"^multilingual-e5-small.* gave numbers that are not finite"):
        poisoned.embed(["We met.", "The rocket flew.", "We left."])
