"""What an entry of the audit log is."""

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from storage.moments import Moment
from storage.paging import PageQuery


class AuditEntry(BaseModel):
    """One thing that somebody did. Personal data is never in it: objects are named by id, changes by field."""

    number: int = Field(description="place in the organisation's chain, from 1 without gaps")
    at: AwareDatetime
    actor_kind: str = Field(description="key, member, candidate or system")
    actor_id: UUID | None
    request_id: str | None
    action: str = Field(examples=["report.read", "interview.created", "session.changed"])
    object_kind: str
    object_id: str | None
    details: dict[str, Any]
    hash: str = Field(description="SHA-256, in hex, of the hash before it and this entry")


class AuditQuery(PageQuery):
    """Which entries, the oldest first."""

    object_id: UUID | None = None
    actor_id: UUID | None = None
    action: str | None = Field(default=None, max_length=100)
    since: Moment | None = None
