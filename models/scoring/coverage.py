"""Rubric coverage: how much of what a good answer holds was said."""

import numpy as np
from numpy.typing import NDArray

from models.language.sentences import Sentence
from models.language.terms import content_terms
from models.scoring.answer import Spoken
from models.scoring.member import Evidence, MemberScore
from models.scoring.question import QuestionKind, RubricPoint, ScoredQuestion
from models.scoring.vectors import TextVectors

# What a linear fit of this member leaves of the human scores (standard deviation, over 0..1) on 1,152 of the graded
# short answers of Mohler, Bunescu and Mihalcea (2011), by `python -m models.scoring.agreement`.
UNCERTAINTY = 0.17


# A sentence that already speaks to one point speaks half to another: a platitude must not cover a whole rubric.
REUSED = 0.5


def coverage(question: ScoredQuestion, spoken: Spoken, vectors: TextVectors) -> MemberScore | None:
    """The weighted mean of the points' credits; None where the question has no rubric.

    A point's meaning is its calibrated similarity to the sentence that speaks to it, its wording the square root of
    the share of its terms that were said. Knowledge is asked in words that matter, so a skill question's credit is the
    mean of the two (on Mohler's data r = .56 with the graders; .49 for meaning alone, .53 for wording alone), and one
    sentence may hold it all. Behaviour is told in one's own words, so elsewhere wording can only help, full credit is
    what the strongest tenth of related pairs reaches in the calibration, and sentences are shared out over the points.
    """
    if not question.rubric:
        return None
    credits: list[float] = []
    evidence: list[Evidence] = []
    missing: list[str] = []
    for point, (meaning, sentence) in zip(question.rubric, _meanings(question, spoken, vectors), strict=True):
        credit = _credit(question.kind, meaning, _wording(point, spoken.text), vectors.calibration.strong)
        credits.append(credit)
        if max(meaning, credit) < vectors.calibration.related:
            missing.append(point.text)
        else:
            evidence.append(Evidence.quoting(sentence, point.text, credit))
    value = float(np.average(credits, weights=[point.weight for point in question.rubric]))
    return MemberScore(
        member="coverage", value=value, uncertainty=UNCERTAINTY, evidence=tuple(evidence), missing=tuple(missing)
    )


def _meanings(question: ScoredQuestion, spoken: Spoken, vectors: TextVectors) -> list[tuple[float, Sentence]]:
    """Per point the similarity of its sentence, and that sentence."""
    similarity = np.stack(
        [vectors.similarity(point.statements, spoken.sentence_texts).max(axis=0) for point in question.rubric]
    )
    shared = similarity if question.kind == "skill" else _shared_out(similarity)
    return [(float(row.max()), spoken.sentences[int(row.argmax())]) for row in shared]


def _shared_out(similarity: NDArray[np.float32]) -> NDArray[np.float32]:
    """Similarities [points, sentences] with sentences counting less once they are taken, the best fit taking first."""
    shared = similarity.copy()
    waiting = list(range(len(shared)))
    while waiting:
        point = max(waiting, key=lambda row: float(shared[row].max()))
        waiting.remove(point)
        taken = int(shared[point].argmax())
        shared[waiting, taken] = REUSED * similarity[waiting, taken]
    return shared


def _wording(point: RubricPoint, text: str) -> float:
    said = content_terms(text)
    asked = [terms for terms in map(content_terms, point.statements) if terms]
    return max((float(len(terms & said) / len(terms)) ** 0.5 for terms in asked), default=0.0)


def _credit(kind: QuestionKind, meaning: float, wording: float, strong: float) -> float:
    both = (meaning + wording) / 2
    return both if kind == "skill" else min(1.0, max(meaning / strong, both))
