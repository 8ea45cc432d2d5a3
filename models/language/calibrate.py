"""Measure the calibration: `python -m models.language.calibrate FOLDER_OF_E5` rewrites calibration.json.

calibration_texts.json holds, per subject, a rubric point and a sentence that speaks to it, in English and in Chinese
(written for this project). A point and its sentence are a related pair in all four combinations of languages; a point
and another subject's sentence are an unrelated pair; the two languages' versions of a text are the same content.
"""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from models.language.calibration import SHIPPED, Calibration
from models.language.embedding import TextEmbedder

TEXTS = Path(__file__).with_name("calibration_texts.json")
LANGUAGES = ("en", "zh")
UNRELATED_QUANTILE, RELATED_QUANTILE = 0.98, 0.9

Vectors = NDArray[np.float32]


def calibrate(model: str, embed: Callable[[Sequence[str]], Vectors]) -> Calibration:
    """Fit on all subjects; the area under the ROC curve is the mean of ten fits on one half, tested on the other."""
    subjects = json.loads(TEXTS.read_text())
    texts = [subject[language][role] for subject in subjects for language in LANGUAGES for role in (0, 1)]
    vectors = embed(texts).reshape(len(subjects), len(LANGUAGES), 2, -1)  # subject, language, point or sentence
    shuffle = np.random.default_rng(0)
    aucs = []
    for _ in range(10):
        order = shuffle.permutation(len(subjects))
        half = len(order) // 2
        related, unrelated = _pairs(_fit(model, vectors[order[:half]]), vectors[order[half:]])
        labels = np.r_[np.ones(len(related)), np.zeros(len(unrelated))]
        aucs.append(roc_auc_score(labels, np.r_[related, unrelated]))
    return _fit(model, vectors, float(np.mean(aucs)))


def _fit(model: str, vectors: Vectors, auc: float = 0.0) -> Calibration:
    mean = vectors.mean((0, 1, 2))
    language = vectors[:, 1].mean((0, 1)) - vectors[:, 0].mean((0, 1))
    register = vectors[:, :, 1].mean((0, 1)) - vectors[:, :, 0].mean((0, 1))
    nuisance = np.linalg.qr(np.stack([language, register]).T)[0].T
    plain = Calibration(
        model, _rounded(mean), [_rounded(row) for row in nuisance], unrelated=0.0, same=1.0, related=0.0, strong=1.0,
        pairs=4 * len(vectors), auc_held_out=round(auc, 3),
    )  # fmt: skip
    related, unrelated = _pairs(plain, vectors)
    english, chinese = (plain.reduce(vectors[:, i].reshape(-1, len(mean))) for i in range(2))
    low, high = float(unrelated.mean()), float((english * chinese).sum(1).mean())
    heard, strong = np.quantile(unrelated, UNRELATED_QUANTILE), np.quantile(related, RELATED_QUANTILE)
    return Calibration(
        model, plain.mean, plain.nuisance, unrelated=round(low, 4), same=round(high, 4),
        related=round(float(heard - low) / (high - low), 4), strong=round(float(strong - low) / (high - low), 4),
        pairs=plain.pairs, auc_held_out=plain.auc_held_out,
    )  # fmt: skip


def _pairs(calibration: Calibration, vectors: Vectors) -> tuple[Vectors, Vectors]:
    """Cosines of related and of unrelated (point, sentence) pairs over all combinations of languages."""
    own = np.eye(len(vectors), dtype=bool)
    tables = [
        calibration.reduce(vectors[:, point, 0]) @ calibration.reduce(vectors[:, said, 1]).T
        for point in range(2)
        for said in range(2)
    ]
    return np.concatenate([t[own] for t in tables]), np.concatenate([t[~own] for t in tables])


def _rounded(values: Vectors) -> list[float]:
    return [round(float(value), 6) for value in values]


if __name__ == "__main__":
    embedder = TextEmbedder(Path(sys.argv[1]))
    measured = calibrate(embedder.name, embedder.embed)
    SHIPPED.write_text(measured.dump())
    print({key: value for key, value in json.loads(measured.dump()).items() if key not in ("mean", "nuisance")})
