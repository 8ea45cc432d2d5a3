"""What a message to a candidate is, and the states it goes through."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, Self
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr, model_validator

from storage.database import Connection
from storage.paging import PageQuery

MessageKind = Literal["invitation", "reminder", "interview_done", "result", "identity_code"]
MessageState = Literal["queued", "sending", "sent", "failed", "cancelled", "unknown"]
Channel = Literal["mail", "sms"]
Language = Literal["zh", "en"]
ResultDecision = Literal["offer", "next_round", "rejected"]

# These bring the candidate to their interview: without a link they say nothing.
WITH_LINK: tuple[MessageKind, ...] = ("invitation", "reminder")
# How long a one-time code holds: sent later, it would only puzzle.
CODE_MINUTES = 10


class NewMessage(BaseModel):
    """A message to queue. A result may be about a position alone; all else is about a session of the candidate's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: MessageKind
    channel: Channel
    candidate_id: UUID
    session_id: UUID | None = None
    position_id: UUID | None = Field(default=None, description="where a result is about no session")
    language: Language | None = Field(default=None, description="null: the candidate's own")
    decision: ResultDecision | None = Field(default=None, description="what a person decided; of a result alone")
    link: SecretStr | None = Field(default=None, description="the candidate's way in; it holds their token")
    code: SecretStr | None = Field(default=None, description="of an identity_code alone; it holds for minutes")
    contact: str | None = Field(default=None, min_length=1, max_length=300, description="whom the candidate may ask")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.kind == "result") != (self.decision is not None):
            raise ValueError("a result names a decision, and nothing else does")
        if self.session_id is None and (self.kind != "result" or self.position_id is None):
            raise ValueError("it must name a session, or, for a result, a position")
        if (self.kind in WITH_LINK) != (self.link is not None):
            raise ValueError("an invitation and a reminder have a link, and nothing else does")
        if (self.kind == "identity_code") != (self.code is not None):
            raise ValueError("an identity_code has a code, and nothing else does")
        if self.link is not None and not _is_link(self.link.get_secret_value()):
            raise ValueError("the link must be an http(s):// URL of at most 1000 characters")
        return self


class Message(BaseModel):
    """A message of the organisation. It names no address: that is read when it is sent.

    queued (its job tries, and tries again) -> sending -> sent. failed: refused, or given up. cancelled: it no longer
    applied. unknown: its sending was interrupted, so it may have arrived; it is never sent again by itself.
    """

    id: UUID
    kind: MessageKind
    decision: ResultDecision | None
    channel: Channel
    language: Language | None
    candidate_id: UUID
    session_id: UUID | None
    position_id: UUID | None
    state: MessageState
    reason: str | None = Field(description="why it is not sent; of a queued message, why the last try did not work")
    attempts: int = Field(description="how often its sending was begun")
    send_at: AwareDatetime = Field(description="it is not sent before")
    created_at: AwareDatetime
    sent_at: AwareDatetime | None = Field(description="when the mail server or SMS gateway accepted it")


class MessageQuery(PageQuery):
    """Which messages to list."""

    session_id: UUID | None = None
    candidate_id: UUID | None = None
    kind: MessageKind | None = None
    channel: Channel | None = None
    state: MessageState | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"


@dataclass(frozen=True)
class Recipient:
    """Who a message is for, read when it is sent. `time_zone` is an IANA name."""

    name: str
    email: str | None
    phone: str | None
    language: Language
    time_zone: str | None


class RecipientLookup(Protocol):
    """Finds who a message is for."""

    async def __call__(self, connection: Connection, candidate_id: UUID) -> Recipient | None:
        """The candidate, read within an organisation's transaction; None where they are erased."""


@dataclass(frozen=True)
class Sitting:
    """The interview that a message is about."""

    session_id: UUID
    opens_at: datetime
    closes_at: datetime
    minutes: int


@dataclass(frozen=True)
class Outgoing:
    """All that a claimed message says. `attempt` names the claim when it is settled."""

    id: UUID
    attempt: int
    kind: MessageKind
    decision: ResultDecision | None
    channel: Channel
    language: Language
    recipient: Recipient
    address: str
    organisation: str
    position: str
    sitting: Sitting | None
    link: str | None = field(repr=False)
    code: str | None = field(repr=False)
    contact: str | None


def _is_link(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    printable = link.isascii() and link.isprintable() and not any(mark in link for mark in " \"'<>\\")
    return parts.scheme in ("http", "https") and bool(parts.hostname) and printable and len(link) <= 1000
