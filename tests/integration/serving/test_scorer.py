"""Answers of several candidates in one batch, of which one cannot be embedded."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from language_samples import transcript
from numpy.typing import NDArray

from models.graphs.finite import NotFinite, check_finite
from models.language.engines import load_embedder
from models.scoring.answer import Answer
from models.scoring.batch import Ensemble
from models.scoring.question import RubricPoint, ScoredQuestion
from models.scoring.score import QuestionScore, ScoreRequest
from models.settings import ModelSettings
from serving.scorer import Scorer
from serving.settings import EngineProfile

pytestmark = pytest.mark.integration

PROFILE = EngineProfile(device="cpu", threads=1, max_batch_size=16, batch_wait_s=0.2, max_waiting=64, replica={})
QUESTION = ScoredQuestion(
    text="How do threads share memory?",
    language="en",
    dimension="Skill",
    kind="skill",
    time_limit_s=60,
    rubric=(RubricPoint(text="threads share memory"),),
)


def request(text: str) -> ScoreRequest:
    return ScoreRequest(question=QUESTION, answer=Answer(transcript=transcript(text)))


async def test_a_poisoned_answer_costs_nobody_else_their_score(
    models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARLEY_MODELS_DIR", str(models_dir))
    monkeypatch.delenv("PARLEY_TRITON_URL", raising=False)
    scorer = Scorer(PROFILE)
    real = load_embedder(ModelSettings(), "cpu", 1)
    assert await scorer.name() == Ensemble(real).name

    class Poisoned:
        """The real embedder, which computes NaN for what says rocket."""

        name, calibration = real.name, real.calibration

        def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
            vectors = real.embed(texts)
            vectors[[n for n, text in enumerate(texts) if "rocket" in text]] = np.nan
            check_finite(self.name, [vectors])
            return vectors

    good = "All threads share the memory of their process."
    alone = await scorer.score(request(good))
    scorer._ensemble.current = Ensemble(Poisoned())
    outcomes = await asyncio.gather(
        *(scorer.score(request(text)) for text in (good, "A rocket flies to the moon.", good)), return_exceptions=True
    )
    assert isinstance(outcomes[1], NotFinite)
    for outcome in (outcomes[0], outcomes[2]):
        assert isinstance(outcome, QuestionScore) and outcome.score == alone.score
    scorer.check_health()
