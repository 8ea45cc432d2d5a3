"""What a report is composed of."""

from dataclasses import dataclass

from models.language.written import Written
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
    """All that is known of one answer; `transcript`, `written` and `score` are None where there are none.

    signals: what the candidate's page tells of the time of this answer, in seconds as `Observation` says.
    """

    question: ScoredQuestion
    transcript: Transcript | None = None
    delivery: tuple[DeliveryObservation, ...] = ()
    faces: tuple[Observation, ...] = ()
    voices: tuple[Observation, ...] = ()  # what is not spoken by the session's main voice
    media_problems: tuple[MediaProblem, ...] = ()
    written: str | None = None  # instead of a recording
    signals: tuple[Observation, ...] = ()
    score: QuestionScore | None = None
    seconds: float | None = None  # length of the recording
    pace_norm: PaceNorm | None = None

    @property
    def said(self) -> Transcript | None:
        """The words: what was said, or what was written with places for times."""
        if self.written is not None:
            return Written.of(self.written, self.question.language).transcript
        return self.transcript


@dataclass(frozen=True)
class InterviewMaterial:
    """The interview: `dimensions` maps each to its weight, in order."""

    id: str
    title: str
    language: Language
    dimensions: dict[str, float]
