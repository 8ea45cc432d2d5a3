"""What an API key is."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from storage.access import Scope
from storage.moments import Moment
from storage.paging import PageQuery


class NewApiKey(BaseModel):
    """A key as an enterprise asks for it."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200, description="what the key is for")
    scopes: list[Scope | Literal["*"]] = Field(
        min_length=1, max_length=50, description="what it may do; * is everything that its maker may"
    )
    member_id: UUID | None = Field(default=None, description="whose key it is: it may do no more than their role")
    expires_at: Moment | None = None


class KeyRotation(BaseModel):
    """How to rotate a key."""

    model_config = ConfigDict(extra="forbid")

    overlap_s: int = Field(default=86_400, ge=0, le=2_592_000, description="how long the old key still works, seconds")


class ApiKey(BaseModel):
    """A key of the organisation, without its secret."""

    id: UUID
    name: str
    prefix: str = Field(description="how the key begins, to tell it from others")
    scopes: list[str]
    member_id: UUID | None
    created_at: AwareDatetime
    expires_at: AwareDatetime | None
    revoked_at: AwareDatetime | None
    last_used_at: AwareDatetime | None = Field(description="to the minute")


class CreatedApiKey(ApiKey):
    """A new key, with its secret: it is told this once, and kept only as a hash."""

    key: str


class KeyQuery(PageQuery):
    """Which keys."""

    member_id: UUID | None = None
