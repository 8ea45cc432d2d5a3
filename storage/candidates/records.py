"""Who a candidate is."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from storage.contacts import Email, Phone, TimeZone
from storage.paging import PageQuery


class NewCandidate(BaseModel):
    """A candidate as an enterprise names them."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    email: Email | None = None
    phone: Phone | None = None
    external_id: str | None = Field(
        default=None, min_length=1, max_length=200, description="the enterprise's own name for the candidate"
    )
    language: Literal["zh", "en"] | None = Field(default=None, description="that they are written to in")
    time_zone: TimeZone | None = Field(
        default=None, description="that times are told them in", examples=["Asia/Shanghai"]
    )


class CandidateChanges(NewCandidate):
    """What is to change; what is not named stays."""

    name: str = Field(default="", min_length=1, max_length=200)


class CandidateQuery(PageQuery):
    """Which candidates, in which order."""

    email: Email | None = Field(default=None, description="exactly this address, in any case")
    external_id: str | None = Field(default=None, max_length=200)
    sort: Literal["created_at", "-created_at", "name", "-name"] = "created_at"


class Candidate(NewCandidate):
    """A candidate of the organisation."""

    id: UUID
    version: int
    created_at: AwareDatetime
    photo_stored_at: AwareDatetime | None = Field(description="when the photo for the identity check was stored")
