"""From questions to dimensions to one composite, by the interview's weights."""

import math
from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from models.scoring.score import QuestionScore


class DimensionScore(BaseModel):
    """One dimension: the mean of its questions; None where none of them could be scored."""

    model_config = ConfigDict(frozen=True)

    dimension: str
    weight: float
    score: float | None
    low: float
    high: float
    questions: int
    scored: int


class CompositeScore(BaseModel):
    """All dimensions by weight. `score` covers the dimensions that have one; the interval covers all."""

    model_config = ConfigDict(frozen=True)

    score: float | None
    low: float
    high: float
    dimensions: tuple[DimensionScore, ...]


def compose_scores(weights: Mapping[str, float], scores: Sequence[QuestionScore]) -> CompositeScore:
    """Compose question scores; `weights` gives every dimension of the interview its share (they need not sum to 1).

    Questions of a dimension count alike. Errors of different questions are taken as independent, so margins add in
    squares; what could not be scored is open from 0 to 100 and widens the interval by all of its share.
    Raises ValueError for weights without a positive sum and for a question whose dimension has no weight.
    """
    total = sum(weights.values())
    if total <= 0:
        raise ValueError("the weights of the dimensions must sum to more than 0")
    if unknown := {score.dimension for score in scores} - set(weights):
        raise ValueError(f"no weight for the dimension {', '.join(sorted(unknown))}")
    dimensions = []
    for dimension, weight in weights.items():
        own = [(1.0, score.score, score.low, score.high) for score in scores if score.dimension == dimension]
        value, low, high = _weighted(own)
        dimensions.append(
            DimensionScore(
                dimension=dimension,
                weight=round(weight / total, 4),
                score=value,
                low=low,
                high=high,
                questions=len(own),
                scored=sum(score is not None for _, score, _, _ in own),
            )
        )
    value, low, high = _weighted([(part.weight, part.score, part.low, part.high) for part in dimensions])
    return CompositeScore(score=value, low=low, high=high, dimensions=tuple(dimensions))


def _weighted(parts: Sequence[tuple[float, float | None, float, float]]) -> tuple[float | None, float, float]:
    """The weighted mean and interval of (weight, score, low, high)."""
    known = [(weight, score, low, high) for weight, score, low, high in parts if score is not None and weight > 0]
    if not known:
        return None, 0.0, 100.0
    total = sum(weight for weight, *_ in parts)
    share = sum(weight for weight, *_ in known) / total
    mean = sum(weight * score for weight, score, _, _ in known) / (share * total)
    below = math.hypot(*(weight * (score - low) for weight, score, low, _ in known)) / (share * total)
    above = math.hypot(*(weight * (high - score) for weight, score, _, high in known)) / (share * total)
    low = share * max(0.0, mean - below)
    high = share * min(100.0, mean + above) + (1 - share) * 100
    return round(mean, 1), round(low, 1), round(high, 1)
