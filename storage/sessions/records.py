"""What a session is, and the states it goes through."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from storage.paging import PageQuery

SessionState = Literal[
    "invited", "opened", "verified", "ready", "answering", "submitted", "reported", "expired", "withdrawn", "attention"
]
DeviceId = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$", description="what a device calls itself: random, made by its page")
]
OPEN_STATES: tuple[SessionState, ...] = ("invited", "opened", "verified", "ready", "answering")


class NewSession(BaseModel):
    """A candidate invited to an interview."""

    model_config = ConfigDict(extra="forbid")

    interview_id: UUID
    candidate_id: UUID


class Session(NewSession):
    """One candidate's sitting of an interview."""

    id: UUID
    state: SessionState
    attention_reason: str | None = Field(description="why processing gave up, where state is attention")
    created_at: AwareDatetime
    submitted_at: AwareDatetime | None
    reported_at: AwareDatetime | None


class SessionQuery(PageQuery):
    """Which sessions, in which order."""

    interview_id: UUID | None = None
    candidate_id: UUID | None = None
    state: SessionState | None = None
    sort: Literal["created_at", "-created_at"] = "created_at"


class BookedWindow(BaseModel):
    """An interview's time window, and how many invited candidates have not submitted yet."""

    opens_at: AwareDatetime
    closes_at: AwareDatetime
    minutes_per_candidate: int
    candidates: int


class Submission(BaseModel):
    """How to submit."""

    model_config = ConfigDict(extra="forbid")

    abandon_unfinished: bool = Field(
        default=False, description="submit although uploads are unfinished: they are abandoned"
    )
