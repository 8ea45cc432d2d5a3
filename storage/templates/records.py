"""What a question template is."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from storage.interviews.records import Keyword, NewQuestion, RubricPoint
from storage.paging import PageQuery


class NewTemplate(NewQuestion):
    """A question as it is kept for many interviews."""

    language: Literal["zh", "en"]
    dimension: str = Field(min_length=1, max_length=100, description="name of the dimension it is usually scored under")


class TemplateChanges(BaseModel):
    """What is to change; what is not named stays. Interviews keep the questions they have."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["structured", "situational", "skill"] = "structured"
    dimension: str = Field(default="", min_length=1, max_length=100)
    text: str = Field(default="", min_length=1, max_length=2000)
    time_limit_s: int = Field(default=120, ge=10, le=3600)
    rubric: list[RubricPoint] = Field(default=[], min_length=1, max_length=20)
    keywords: list[Keyword] = Field(default=[], max_length=50)
    archived: bool = Field(default=False, description="an archived template is not offered any more")


class Template(NewTemplate):
    """A question template of the organisation."""

    id: UUID
    version: int
    archived_at: AwareDatetime | None
    created_at: AwareDatetime


class TemplateQuery(PageQuery):
    """Which templates, in which order."""

    language: Literal["zh", "en"] | None = None
    dimension: str | None = Field(default=None, max_length=100)
    kind: Literal["structured", "situational", "skill"] | None = None
    archived: bool = False
    sort: Literal["created_at", "-created_at"] = "created_at"
