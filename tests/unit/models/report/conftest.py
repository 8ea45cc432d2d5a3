from collections.abc import Callable
from typing import Any

import pytest
from language_samples import TermEmbedder, transcript

from models.language.keywords import Keyword
from models.report.material import AnswerMaterial, InterviewMaterial
from models.scoring.answer import Answer
from models.scoring.batch import Ensemble
from models.scoring.question import RubricPoint, ScoredQuestion
from models.scoring.score import ScoreRequest
from models.speech.transcript import Language

MakeAnswer = Callable[..., AnswerMaterial]


@pytest.fixture
def interview() -> InterviewMaterial:
    return InterviewMaterial(id="interview-1", title="Engineers", language="en", dimensions={"Skill": 100})


@pytest.fixture
def make_answer() -> MakeAnswer:
    """An answer to the same question, with its real score by an ensemble of the small embedder."""

    def make(text: str | None, language: Language = "en", confidence: float = 0.9, **fields: Any) -> AnswerMaterial:
        question = ScoredQuestion(
            text="How do threads share memory?" if language == "en" else "线程怎样共享内存？",
            language=language,
            dimension="Skill",
            kind="skill",
            time_limit_s=60,
            rubric=(
                RubricPoint(text="threads share memory" if language == "en" else "线程共享内存"),
                RubricPoint(text="locks protect data" if language == "en" else "用锁保护数据"),
            ),
            keywords=(Keyword(term="mutex"),),
        )
        said = None if text is None else transcript(text, language, confidence=confidence)
        score = Ensemble(TermEmbedder()).score([ScoreRequest(question=question, answer=Answer(transcript=said))])[0]
        return AnswerMaterial(question=question, transcript=said, score=score, **fields)

    return make
