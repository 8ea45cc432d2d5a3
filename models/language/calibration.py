"""From e5 cosines to a similarity of 0..1 that means the same in and across Chinese and English."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

SHIPPED = Path(__file__).with_name("calibration.json")


@dataclass(frozen=True)
class Calibration:
    """What `python -m models.language.calibrate` measured on the pairs of calibration_texts.json.

    Raw cosines of e5 crowd into 0.75-0.9 because every vector shares a large common part; another part tells only
    the language, a third only whether the text is a rubric's or a speaker's. `mean` [d] is the first, the rows of
    `nuisance` [k, d], orthonormal, span the other two; both are removed (centring and removing dominating
    directions: Mu and Viswanath 2018). `unrelated` is the mean cosine that remains between unrelated texts and
    becomes 0; `same` is that between translations of one text and becomes 1. `related` is on the 0..1 scale: the
    98th percentile of unrelated pairs, so that one in five unrelated answers of ten sentences reaches it; `strong` is
    the 90th percentile of related pairs.
    """

    model: str
    mean: list[float]
    nuisance: list[list[float]]
    unrelated: float
    same: float
    related: float
    strong: float
    pairs: int
    auc_held_out: float

    @classmethod
    def load(cls, path: Path = SHIPPED) -> Self:
        return cls(**json.loads(path.read_text()))

    def dump(self) -> str:
        return json.dumps(asdict(self)) + "\n"

    def similarity(self, a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
        """Similarity of every row of `a` [n, d] to every row of `b` [m, d]: float32 [n, m] in 0..1."""
        cosines: NDArray[np.float32] = self.reduce(a) @ self.reduce(b).T
        scaled: NDArray[np.float32] = (cosines - self.unrelated) / (self.same - self.unrelated)
        return scaled.clip(0, 1)

    def reduce(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Vectors [n, d] without the mean and the nuisance directions, L2-normalised."""
        nuisance = np.asarray(self.nuisance, np.float32)
        centred = vectors - np.asarray(self.mean, np.float32)
        kept = centred - centred @ nuisance.T @ nuisance
        lengths = np.linalg.norm(kept, axis=1, keepdims=True).clip(1e-9)
        reduced: NDArray[np.float32] = (kept / lengths).astype(np.float32, copy=False)
        return reduced
