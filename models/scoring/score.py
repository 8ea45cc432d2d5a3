"""What is asked of scoring, and the score of one question with everything it is made of."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from models.scoring.answer import Answer
from models.scoring.member import Evidence, Member
from models.scoring.question import ScoredQuestion


class ScoreRequest(BaseModel):
    """One question and its answer."""

    model_config = ConfigDict(frozen=True)

    question: ScoredQuestion
    answer: Answer


class Contribution(BaseModel):
    """What one member adds to the question's score."""

    model_config = ConfigDict(frozen=True)

    member: Member = Field(description="Which member of the ensemble.")
    value: float = Field(description="Its raw judgement, 0..1.")
    uncertainty: float = Field(description="Standard deviation of its error, 0..1.")
    weight: float = Field(description="Its share of this question's score, 0..1; the shares sum to 1.")
    points: float = Field(description="What it adds: 100 x weight x value. The points sum to the score.")
    evidence: tuple[Evidence, ...] = Field(description="The quotes and measurements it rests on.")
    missing: tuple[str, ...] = Field(description="What it looked for and did not find.")


class Spread(BaseModel):
    """Where the interval comes from: standard deviations in points, independent of each other."""

    model_config = ConfigDict(frozen=True)

    members: float = Field(description="From each member's own error.")
    disagreement: float = Field(description="From the members' disagreement: the standard error of their mean.")
    recognition: float = Field(description="From words that recognition was unsure of.")
    amount: float = Field(description="From how little was said.")


class QuestionScore(BaseModel):
    """The score of one question.

    scored: there is an answer. unanswered: what was heard or written holds (almost) no words; the score is 0 and
    the interval everything, since silence is also what a muted microphone sounds like. not_scored: there was nothing
    to hear; there is no score, and the interval is everything.
    """

    model_config = ConfigDict(frozen=True)

    dimension: str
    status: Literal["scored", "unanswered", "not_scored"]
    score: float | None
    low: float
    high: float
    words: int = 0
    confidence: float = 0.0
    contributions: tuple[Contribution, ...] = ()
    spread: Spread | None = None
