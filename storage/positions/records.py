"""What a position is."""

from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class NewPosition(BaseModel):
    """A position as an enterprise describes it."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=200)
    department: str | None = Field(default=None, max_length=200)
    headcount: int = Field(default=1, ge=1, le=100_000)
    sites: list[str] = Field(default=[], max_length=100, description="places of work")
    description: str | None = Field(default=None, max_length=20_000)


class Position(NewPosition):
    """A position that an organisation hires for."""

    id: UUID
    created_at: AwareDatetime
