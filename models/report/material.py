"""What a report is composed of."""

from dataclasses import dataclass

from models.observation import Observation
from models.report.document import MediaProblem
from models.scoring.answer import DeliveryObservation
from models.scoring.question import ScoredQuestion
from models.scoring.score import QuestionScore
from models.speech.transcript import Language, Transcript


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


@dataclass(frozen=True)
class InterviewMaterial:
    """The interview: `dimensions` maps each to its weight, in order."""

    id: str
    title: str
    language: Language
    dimensions: dict[str, float]
