"""Scoring many answers with one call of the embedder."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.language.calibration import Calibration
from models.scoring.ensemble import NAME, lasting_texts, score_question, texts_needed
from models.scoring.score import QuestionScore, ScoreRequest
from models.scoring.vectors import TextVectors

# Vectors of questions, rubrics and prototypes are kept, not those of what candidates said: 384 floats each, 15 MB.
KEPT_TEXTS = 10_000


class Embedder(Protocol):
    """What scoring needs of an embedding model."""

    name: str

    @property
    def calibration(self) -> Calibration: ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """L2-normalised vectors, float32 [n, d]."""
        ...


class Ensemble:
    """Scores batches of answers of any candidates and languages. `name` names the ensemble and its embedder."""

    def __init__(self, embedder: Embedder) -> None:
        self.name = f"{NAME} with {embedder.name}"
        self._embedder = embedder
        self._kept: dict[str, NDArray[np.float32]] = {}

    def score(self, requests: Sequence[ScoreRequest]) -> list[QuestionScore]:
        """Row i of the result belongs to request i."""
        vectors = self._vectors(list(dict.fromkeys(text for request in requests for text in texts_needed(request))))
        scores = [score_question(request, vectors) for request in requests]
        self._keep([text for request in requests for text in lasting_texts(request.question)], vectors)
        return scores

    def _vectors(self, texts: Sequence[str]) -> TextVectors:
        new = [text for text in texts if text not in self._kept]
        known = {**self._kept, **dict(zip(new, self._embedder.embed(new), strict=True))} if new else self._kept
        rows = np.stack([known[text] for text in texts]) if texts else np.empty((0, 0), np.float32)
        return TextVectors(texts, rows, self._embedder.calibration)

    def _keep(self, texts: Sequence[str], vectors: TextVectors) -> None:
        self._kept.update((text, vectors.of([text])[0]) for text in texts if text in vectors)
        while len(self._kept) > KEPT_TEXTS:
            del self._kept[next(iter(self._kept))]
