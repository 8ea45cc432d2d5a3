"""Who a candidate is."""

from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class NewCandidate(BaseModel):
    """A candidate as an enterprise names them."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    email: str | None = Field(default=None, max_length=320, pattern=r"^[^@\s]+@[^@\s]+$")


class Candidate(NewCandidate):
    """A candidate of the organisation."""

    id: UUID
    created_at: AwareDatetime
    photo_stored_at: AwareDatetime | None = Field(description="when the photo for the identity check was stored")
