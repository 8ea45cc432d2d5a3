"""Who a member is."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from storage.access import Role
from storage.contacts import Email
from storage.paging import PageQuery


class NewMember(BaseModel):
    """A member as an organisation names them."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    email: Email
    role: Role = Field(description="hiring_manager: sees the positions that they manage, and nothing else")


class MemberChanges(BaseModel):
    """What is to change; what is not named stays."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(default="", min_length=1, max_length=200)
    role: Role = "observer"
    disabled: bool = Field(default=False, description="a disabled member's keys do nothing")


class Member(NewMember):
    """A member of the organisation."""

    id: UUID
    version: int
    disabled_at: AwareDatetime | None
    created_at: AwareDatetime


class MemberQuery(PageQuery):
    """Which members, in which order."""

    role: Role | None = None
    sort: Literal["created_at", "-created_at", "name", "-name"] = "created_at"
