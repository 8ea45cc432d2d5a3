"""What a position is."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from storage.paging import PageQuery


class NewPosition(BaseModel):
    """A position as an enterprise describes it."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=200)
    department: str | None = Field(default=None, max_length=200)
    headcount: int = Field(default=1, ge=1, le=100_000)
    sites: list[str] = Field(default=[], max_length=100, description="places of work")
    description: str | None = Field(default=None, max_length=20_000)


class PositionChanges(NewPosition):
    """What is to change; what is not named stays."""

    title: str = Field(default="", min_length=1, max_length=200)


class Position(NewPosition):
    """A position that an organisation hires for."""

    id: UUID
    version: int
    created_at: AwareDatetime


class PositionManager(BaseModel):
    """A member who manages a position."""

    position_id: UUID
    member_id: UUID


class PositionQuery(PageQuery):
    """Which positions, in which order."""

    department: str | None = Field(default=None, max_length=200)
    sort: Literal["created_at", "-created_at", "title", "-title"] = "created_at"
