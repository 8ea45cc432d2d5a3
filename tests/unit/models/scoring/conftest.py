from collections.abc import Callable

import pytest
from language_samples import TermEmbedder

from models.scoring.ensemble import score_question, texts_needed
from models.scoring.score import QuestionScore, ScoreRequest
from models.scoring.vectors import TextVectors


@pytest.fixture
def embedder() -> TermEmbedder:
    return TermEmbedder()


@pytest.fixture
def vectors_for(embedder: TermEmbedder) -> Callable[[ScoreRequest], TextVectors]:
    def embed(request: ScoreRequest) -> TextVectors:
        texts = texts_needed(request)
        return TextVectors(texts, embedder.embed(texts), embedder.calibration)

    return embed


@pytest.fixture
def score(vectors_for: Callable[[ScoreRequest], TextVectors]) -> Callable[[ScoreRequest], QuestionScore]:
    return lambda request: score_question(request, vectors_for(request))
