"""What an accommodation is."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

_Percent = Field(default=0, ge=0, le=200, description="longer to answer, and in all")


class NewAccommodation(BaseModel):
    """What a candidate asks for. No reason is asked: a note is for what the choices do not say."""

    model_config = ConfigDict(extra="forbid")

    extra_time_percent: int = _Percent
    audio_only: bool = Field(default=False, description="no camera: answers are recorded as sound alone")
    text_answers: bool = Field(default=False, description="answers may be written instead of spoken")
    note: str | None = Field(default=None, max_length=2000)


class AccommodationDecision(BaseModel):
    """What a person decides; what is not named is granted as it was asked for."""

    model_config = ConfigDict(extra="forbid")

    granted: bool
    extra_time_percent: int | None = Field(default=None, ge=0, le=200)
    audio_only: bool | None = None
    text_answers: bool | None = None
    reply: str | None = Field(default=None, max_length=2000, description="the candidate reads it")


class Accommodation(BaseModel):
    """A session's accommodation; it holds while it is granted."""

    id: UUID
    session_id: UUID
    state: Literal["requested", "granted", "declined"]
    extra_time_percent: int
    audio_only: bool
    text_answers: bool
    note: str | None = Field(description="the candidate's")
    reply: str | None = Field(description="the enterprise's")
    created_at: AwareDatetime
    decided_at: AwareDatetime | None
