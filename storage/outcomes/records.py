"""What an outcome is."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from storage.paging import PageQuery


class NewOutcome(BaseModel):
    """How someone who was hired does, as measured on a day."""

    model_config = ConfigDict(extra="forbid")

    application_id: UUID
    measured_on: date
    performance: float = Field(ge=0, le=100, description="0-100, on one scale for the whole organisation")
    is_employed: bool = Field(default=True, description="whether they still work there")
    note: str | None = Field(default=None, max_length=5000)


class Outcome(NewOutcome):
    """An outcome as it was reported."""

    id: UUID
    created_at: AwareDatetime


class OutcomeQuery(PageQuery):
    """Which outcomes, in which order."""

    application_id: UUID | None = None
    position_id: UUID | None = None
    sort: Literal["created_at", "-created_at", "measured_on", "-measured_on"] = "created_at"
