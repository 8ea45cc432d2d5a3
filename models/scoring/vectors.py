"""The embeddings of all texts of an answer, made in one batch beforehand."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.language.calibration import Calibration


class TextVectors:
    """Vectors [n, d] of `texts`, looked up by text, compared by `calibration`.

    Raises ValueError where texts and vectors do not fit; KeyError where a text was not embedded.
    """

    def __init__(self, texts: Sequence[str], vectors: NDArray[np.float32], calibration: Calibration) -> None:
        if len(texts) != len(vectors):
            raise ValueError(f"{len(texts)} texts but {len(vectors)} vectors")
        self.calibration = calibration
        self._rows = {text: row for row, text in enumerate(texts)}
        self._vectors = vectors

    def __contains__(self, text: str) -> bool:
        return text in self._rows

    def of(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of texts: float32 [n, d]."""
        return self._vectors[[self._rows[text] for text in texts]]

    def similarity(self, a: Sequence[str], b: Sequence[str]) -> NDArray[np.float32]:
        """Calibrated similarity of every text of `a` to every text of `b`: float32 [n, m] in 0..1."""
        return self.calibration.similarity(self.of(a), self.of(b))
