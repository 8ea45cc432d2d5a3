"""The score of one question: all members, their weights, and how sure the sum is."""

import math
from collections.abc import Mapping, Sequence

from models.scoring.answer import Spoken
from models.scoring.coverage import coverage
from models.scoring.delivery import delivery
from models.scoring.keyword_coverage import keyword_coverage
from models.scoring.member import Member, MemberScore
from models.scoring.question import QuestionKind, ScoredQuestion
from models.scoring.relevance import relevance
from models.scoring.score import Contribution, QuestionScore, ScoreRequest, Spread
from models.scoring.star import PARTS
from models.scoring.structure import structure
from models.scoring.vectors import TextVectors
from models.scoring.weights import WEIGHTS

NAME = "parley-ensemble@1"  # as the report names it; raised whenever the same input would score differently
# Fewer words (zh: 字) than this are no answer: a cough heard as a word, "okay", "好的". One word can show knowledge.
FEWEST_WORDS: Mapping[QuestionKind, int] = {"structured": 4, "situational": 4, "skill": 1}
# The interval is meant to hold four of five human scores: 1.28 standard deviations either side of a normal.
DEVIATIONS = 1.2816
# What uncertain recognition and short answers add. No data exists to fit them: half-certain words move the score by
# an eighth of the scale, and 25 words (about ten seconds) leave 0.15 of it open, less with the root of the words.
PER_UNSURE_RECOGNITION = 0.25
AT_25_WORDS = 0.15


def lasting_texts(question: ScoredQuestion) -> list[str]:
    """The part of `texts_needed` that every answer to the question shares: worth keeping the vectors of."""
    texts = [question.text, *(statement for point in question.rubric for statement in point.statements)]
    if question.kind == "structured":
        texts += [prototype for part in PARTS for prototype in part.prototypes]
    return list(dict.fromkeys(texts))


def texts_needed(request: ScoreRequest) -> list[str]:
    """Every text whose vector `score_question` will ask for, each once: embed them in one batch."""
    spoken = Spoken.of(request.answer)
    if spoken is None or spoken.words < FEWEST_WORDS[request.question.kind]:
        return []
    return list(dict.fromkeys([*lasting_texts(request.question), *spoken.sentence_texts]))


def score_question(request: ScoreRequest, vectors: TextVectors) -> QuestionScore:
    """Score one answer 0-100; `vectors` holds at least `texts_needed`."""
    question, spoken = request.question, Spoken.of(request.answer)
    if spoken is None:
        return QuestionScore(dimension=question.dimension, status="not_scored", score=None, low=0, high=100)
    if spoken.words < FEWEST_WORDS[question.kind]:
        return QuestionScore(
            dimension=question.dimension, status="unanswered", score=0, low=0, high=100, words=spoken.words
        )
    contributions = _contributions(_judgements(request, spoken, vectors), WEIGHTS[question.kind])
    confidence = spoken.transcript.confidence
    spread = _spread(contributions, confidence, spoken.words)
    score = sum(part.points for part in contributions)
    margin = DEVIATIONS * math.hypot(spread.members, spread.disagreement, spread.recognition, spread.amount)
    return QuestionScore(
        dimension=question.dimension,
        status="scored",
        score=round(score, 1),
        low=round(max(0.0, score - margin), 1),
        high=round(min(100.0, score + margin), 1),
        words=spoken.words,
        confidence=round(confidence, 3),
        contributions=contributions,
        spread=spread,
    )


def _judgements(request: ScoreRequest, spoken: Spoken, vectors: TextVectors) -> list[MemberScore]:
    question = request.question
    of_content = (
        coverage(question, spoken, vectors),
        keyword_coverage(question, spoken),
        structure(question, spoken, vectors),
        relevance(question, spoken, vectors),
    )
    judged = [judgement for judgement in of_content if judgement is not None]
    if spoken.is_written:
        return [judgement.without_times() for judgement in judged]
    words = spoken.transcript.words
    of_delivery = delivery(question.language, spoken, request.answer.delivery, words[-1].end - words[0].start)
    return judged if of_delivery is None else [*judged, of_delivery]


def _contributions(judged: Sequence[MemberScore], weights: Mapping[Member, float]) -> tuple[Contribution, ...]:
    total = sum(weights.get(judgement.member, 0.0) for judgement in judged)
    if total <= 0:
        raise ValueError(f"no weight on any of {', '.join(judgement.member for judgement in judged)}")
    contributions = []
    for judgement in judged:
        share = weights.get(judgement.member, 0.0) / total
        contributions.append(
            Contribution(
                member=judgement.member,
                value=round(judgement.value, 4),
                uncertainty=judgement.uncertainty,
                weight=round(share, 4),
                points=round(100 * share * judgement.value, 2),
                evidence=judgement.evidence,
                missing=judgement.missing,
            )
        )
    return tuple(contributions)


def _spread(contributions: Sequence[Contribution], confidence: float, words: int) -> Spread:
    mean = sum(part.weight * part.value for part in contributions)
    variance = sum(part.weight * (part.value - mean) ** 2 for part in contributions)
    # Kish's effective number of members: 1 where one weight rules, all of them where they are equal.
    effective = 1 / sum(part.weight**2 for part in contributions)
    return Spread(
        members=round(100 * math.hypot(*(part.weight * part.uncertainty for part in contributions)), 2),
        disagreement=round(100 * math.sqrt(variance / effective), 2),
        recognition=round(100 * PER_UNSURE_RECOGNITION * (1 - confidence), 2),
        amount=round(100 * AT_25_WORDS * math.sqrt(25 / words), 2),
    )
