"""Transcripts from plain text, and a small embedder with the real interface."""

import re
import zlib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from models.language.calibration import Calibration
from models.language.terms import content_terms
from models.speech.transcript import Language, Transcript, Word

WORD_S, STEP_S = 0.3, 0.4
_CHINESE_WORD = re.compile(r"[\u4e00-\u9fff]{1,2}[，。？！、]?|[A-Za-z0-9]+")


def transcript(
    text: str, language: Language = "en", *, confidence: float = 0.9, pauses: Mapping[int, float] | None = None
) -> Transcript:
    """`text` spoken evenly: word i from 0.4 i for 0.3 s; `pauses` maps a word's number to silence before it."""
    spoken = text.split() if language == "en" else _CHINESE_WORD.findall(text)
    words: list[Word] = []
    at = 0.0
    for i, word in enumerate(spoken):
        at += (pauses or {}).get(i, 0.0)
        words.append(Word(text=word, start=round(at, 3), end=round(at + WORD_S, 3), confidence=confidence))
        at += STEP_S
    return Transcript(
        language=language, words=tuple(words), confidence=confidence if words else 0.0, recognizer="test@1"
    )


class TermEmbedder:
    """Texts are alike as far as they share words: each term hashes to a direction, and nothing is learned."""

    name = "terms@1"
    dimensions = 512

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.calibration = Calibration(
            model=self.name,
            mean=[0.0] * self.dimensions,
            nuisance=[[0.0] * self.dimensions],
            unrelated=0.0,
            same=1.0,
            related=0.3,
            strong=0.6,
            pairs=0,
            auc_held_out=0.0,
        )

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.batches.append(list(texts))
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in enumerate(texts):
            for term in content_terms(text) or {text}:
                vectors[row, zlib.crc32(term.encode()) % self.dimensions] += 1
        normalised: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return normalised
