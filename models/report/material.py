"""What a report is composed of."""

from dataclasses import dataclass

from models.observation import Observation
from models.report.document import MediaProblem
from models.scoring.answer import DeliveryObservation
from models.scoring.question import ScoredQuestion
from models.scoring.score import QuestionScore
from models.speech.transcript import Language, Transcript


@dataclass(frozen=True)
class PaceNorm:
    """How fast `answers` recent answers for the same position were spoken, in words (zh: 字) a minute: nine in ten
    between `low` and `high`."""

    answers: int
    low: float
    high: float


@dataclass(frozen=True)
class AnswerMaterial:
    """All that is known of one answer; `transcript` and `score` are None where there are none."""

    question: ScoredQuestion
    transcript: Transcript | None = None
    delivery: tuple[DeliveryObservation, ...] = ()
    faces: tuple[Observation, ...] = ()
    media_problems: tuple[MediaProblem, ...] = ()
    score: QuestionScore | None = None
    seconds: float | None = None  # length of the recording
    pace_norm: PaceNorm | None = None


@dataclass(frozen=True)
class InterviewMaterial:
    """The interview: `dimensions` maps each to its weight, in order."""

    id: str
    title: str
    language: Language
    dimensions: dict[str, float]
