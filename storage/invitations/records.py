"""What an invitation is."""

from typing import Any, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator, model_validator

from storage.candidates.records import NewCandidate
from storage.paging import PageQuery

Channel = Literal["link", "mail", "sms"]


def _is_reachable(channel: Channel, candidate: NewCandidate) -> None:
    if channel == "mail" and candidate.email is None:
        raise ValueError("an invitation by mail needs the candidate's email")
    if channel == "sms" and candidate.phone is None:
        raise ValueError("an invitation by sms needs the candidate's phone")


class NewInvitation(BaseModel):
    """Whom to invite, and how: a candidate of the organisation, or a new one."""

    model_config = ConfigDict(extra="forbid")

    candidate_id: UUID | None = None
    candidate: NewCandidate | None = None
    channel: Channel = Field(default="link", description="link: the enterprise hands it over itself")

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.candidate_id is None) == (self.candidate is None):
            raise ValueError("name candidate_id or candidate")
        if self.candidate is not None:
            _is_reachable(self.channel, self.candidate)
        return self


class InvitationRow(NewCandidate):
    """One row of a bulk invitation: a candidate, and how they are invited."""

    channel: Channel = "link"

    @field_validator("*")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        # The database would refuse the whole request.
        if isinstance(value, str) and "\0" in value:
            raise ValueError("a text may hold no NUL")
        return value

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        _is_reachable(self.channel, self)
        return self


class Invitation(BaseModel):
    """An invitation of the organisation, without its token."""

    id: UUID
    session_id: UUID
    candidate_id: UUID
    channel: Channel
    created_at: AwareDatetime
    expires_at: AwareDatetime = Field(description="with the interview's window, and the minutes that late uploads have")
    revoked_at: AwareDatetime | None


class CreatedInvitation(Invitation):
    """A new invitation with its token, which is told this once, and kept only as a hash."""

    token: str = Field(description="opens this session alone, as a bearer token")
    url: str = Field(description="the candidate's link; the token is its fragment, which browsers send to nobody")


class InvitationQuery(PageQuery):
    """Which invitations."""

    session_id: UUID | None = None


class RowProblem(BaseModel):
    """What is wrong with a row."""

    field: str | None = Field(description="the column at fault; null where the row as a whole is")
    detail: str


class RowResult(BaseModel):
    """What became of one row of a bulk invitation."""

    row: int = Field(description="from 1; a CSV's header is not counted")
    status: Literal["invited", "exists", "refused"] = Field(
        description="exists: the candidate, by external_id or else email, has a session of this interview already"
    )
    candidate_id: UUID | None = None
    session_id: UUID | None = None
    invitation_id: UUID | None = None
    url: str | None = None
    errors: list[RowProblem] = []


class BulkResult(BaseModel):
    """What became of each row."""

    invited: int
    existing: int
    refused: int
    rows: list[RowResult]
