"""What an application is, and its stages."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from storage.paging import PageQuery

Stage = Literal["applied", "invited", "interviewed", "next_round", "offer", "hired", "rejected", "talent_pool"]


class NewApplication(BaseModel):
    """A candidate applies for a position."""

    model_config = ConfigDict(extra="forbid")

    candidate_id: UUID
    position_id: UUID


class ApplicationChanges(BaseModel):
    """A person moves an application to another stage."""

    model_config = ConfigDict(extra="forbid")

    stage: Stage


class Application(NewApplication):
    """An application of the organisation."""

    id: UUID
    stage: Stage = Field(description="Parley moves it to invited and interviewed; everything later is a person's")
    version: int
    created_at: AwareDatetime


class ApplicationQuery(PageQuery):
    """Which applications, in which order."""

    candidate_id: UUID | None = None
    position_id: UUID | None = None
    stage: Stage | None = None
    sort: Literal["created_at", "-created_at"] = "created_at"
