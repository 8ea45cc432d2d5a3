"""What an interview is: its window, its weighted dimensions and its questions."""

from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from storage.moments import Moment
from storage.paging import PageQuery

# A default that is never used: changes apply what was named alone.
_NAMED = datetime(1970, 1, 1, tzinfo=UTC)


class Dimension(BaseModel):
    """A quality the interview assesses, with its share of the composite score."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=100)
    weight: float = Field(gt=0, le=100, description="percent of the composite; all weights sum to 100")


class RubricPoint(BaseModel):
    """One thing a good answer says or shows."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=1000)
    weight: float = Field(default=1.0, gt=0, le=100, description="relative to the question's other points")
    anchors: list[str] = Field(default=[], max_length=10, description="behavioural anchors: examples of it, as said")


class Keyword(BaseModel):
    """A term worth mentioning, with other ways to say it."""

    model_config = ConfigDict(extra="forbid")

    term: str = Field(min_length=1, max_length=100)
    variants: list[str] = Field(default=[], max_length=20)


class NewQuestion(BaseModel):
    """A question as HR writes it."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["structured", "situational", "skill"] = "structured"
    dimension: str = Field(description="name of the dimension it is scored under")
    text: str = Field(min_length=1, max_length=2000)
    time_limit_s: int = Field(default=120, ge=10, le=3600, description="seconds to answer")
    rubric: list[RubricPoint] = Field(min_length=1, max_length=20)
    keywords: list[Keyword] = Field(default=[], max_length=50)


class TemplateQuestion(BaseModel):
    """A question taken from a template: a copy, which later changes of the template leave as it is."""

    model_config = ConfigDict(extra="forbid")

    template_id: UUID
    dimension: str | None = Field(default=None, max_length=100, description="null: the template's")
    time_limit_s: int | None = Field(default=None, ge=10, le=3600, description="null: the template's")


QuestionOrigin = Literal["template", "custom", "résumé", "history"]


class Question(NewQuestion):
    """A question of an interview, numbered from 1."""

    number: int
    origin: QuestionOrigin = Field(description="where it came from")
    template_id: UUID | None


InterviewState = Literal["draft", "published", "closed"]


class NewInterview(BaseModel):
    """An interview as HR creates it."""

    model_config = ConfigDict(extra="forbid")

    position_id: UUID
    title: str = Field(min_length=1, max_length=200)
    language: Literal["zh", "en"] = Field(description="language that the questions are asked and answered in")
    opens_at: Moment
    closes_at: Moment
    minutes_per_candidate: int = Field(default=30, ge=1, le=240)
    takes_allowed: int = Field(default=2, ge=1, le=5, description="takes per answer; 2 means one re-take")
    reading_s: int = Field(default=30, ge=0, le=600, description="seconds to read a question before recording begins")
    state: Literal["draft", "published"] = Field(
        default="draft", description="candidates are invited to published interviews alone"
    )
    dimensions: list[Dimension] = Field(min_length=1, max_length=20)
    questions: list[NewQuestion | TemplateQuestion] = Field(min_length=1, max_length=50)


class InterviewChanges(BaseModel):
    """What is to change; what is not named stays. Of a published interview only title and window can change."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(default="", min_length=1, max_length=200)
    opens_at: Moment = _NAMED
    closes_at: Moment = _NAMED
    minutes_per_candidate: int = Field(default=30, ge=1, le=240)
    takes_allowed: int = Field(default=2, ge=1, le=5)
    reading_s: int = Field(default=30, ge=0, le=600)
    dimensions: list[Dimension] = Field(default=[], min_length=1, max_length=20)
    questions: list[NewQuestion | TemplateQuestion] = Field(default=[], min_length=1, max_length=50)


class InterviewQuery(PageQuery):
    """Which interviews, in which order."""

    position_id: UUID | None = None
    state: InterviewState | None = None
    sort: Literal["created_at", "-created_at", "opens_at", "-opens_at", "title", "-title"] = "created_at"


class Interview(NewInterview):
    """An interview of the organisation."""

    id: UUID
    state: InterviewState  # type: ignore[assignment]
    version: int
    created_at: AwareDatetime
    questions: list[Question]  # type: ignore[assignment]  # numbered now
