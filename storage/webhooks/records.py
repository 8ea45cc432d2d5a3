"""What webhooks are: endpoints, the messages they are sent, and how each delivery goes."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StrictInt,
    StringConstraints,
    computed_field,
)

from storage.paging import PageQuery

EventType = Literal[
    "session.started",
    "session.submitted",
    "report.ready",
    "decision.made",
    "application.stage_changed",
    "session.attention",
    "accommodation.requested",
    "chat.received",
]
DisabledReason = Literal["by-hand", "gone", "failing"]
DeliveryState = Literal["pending", "delivered", "failed", "cancelled"]
ErrorClass = Literal["status", "redirect", "timeout", "unresolved", "refused", "unreachable", "tls", "protocol"]

EventTypes = Annotated[list[EventType], AfterValidator(lambda types: list(dict.fromkeys(types)))]

# A state is a word of ours: no name, address or sentence has this form.
StateWord = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
MessageValue = Annotated[UUID | StrictInt | StateWord | None, Field(union_mode="left_to_right")]
WebhookMessageData = dict[StateWord, MessageValue]


class NewEndpoint(BaseModel):
    """Where an enterprise wants to be told of what."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(
        max_length=2048,
        description="an https URL without user name, password or fragment, on port 443 or from 1024 on, whose host has"
        " public addresses; redirects are not followed",
    )
    event_types: EventTypes = Field(min_length=1, max_length=100)
    description: str | None = Field(default=None, max_length=500)


class EndpointChanges(NewEndpoint):
    """What is to change; what is not named stays. Disabling an endpoint cancels what waits to be delivered to it."""

    url: str = Field(default="", max_length=2048)
    event_types: EventTypes = Field(default=[], min_length=1, max_length=100)
    enabled: bool = True


class Endpoint(NewEndpoint):
    """An endpoint of the organisation."""

    model_config = ConfigDict(extra="ignore")

    id: UUID
    disabled_reason: DisabledReason | None = Field(
        description="gone: it answered 410; failing: a message was tried for days, and none was delivered meanwhile"
    )
    version: int
    created_at: AwareDatetime

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorated properties
    @property
    def enabled(self) -> bool:
        """Whether it is sent what happens."""
        return self.disabled_reason is None


class CreatedEndpoint(Endpoint):
    """A new endpoint with its signing secret, which is told this once."""

    secret: str = Field(description="whsec_ and 32 random bytes in Base64")


class SecretRotation(BaseModel):
    """How to replace an endpoint's secret."""

    model_config = ConfigDict(extra="forbid")

    overlap_hours: int = Field(
        default=24, ge=0, le=168, description="how long older secrets sign beside the new one; 0: they end at once"
    )


class RotatedSecret(BaseModel):
    """An endpoint's new signing secret, which is told this once."""

    secret: str = Field(description="whsec_ and 32 random bytes in Base64")
    older_end_at: AwareDatetime = Field(description="until then older secrets sign beside it")


class WebhookMessage(BaseModel):
    """What happened. `data` holds ids and states only."""

    id: UUID = Field(description="the webhook-id of every delivery of it")
    type: EventType
    data: WebhookMessageData
    created_at: AwareDatetime


class Attempt(BaseModel):
    """One try of a delivery. Without a duration it has not ended, or its worker died and its end is unknown."""

    number: int
    started_at: AwareDatetime
    duration_ms: int | None
    status: int | None = Field(description="the HTTP status that the endpoint answered")
    error: ErrorClass | None = Field(
        description="why it failed. refused: the URL or the host's addresses are not allowed; protocol: no valid HTTP"
    )


class Delivery(BaseModel):
    """A message on its way to an endpoint. A replay is a delivery of its own."""

    id: UUID
    message_id: UUID
    endpoint_id: UUID
    type: EventType
    state: DeliveryState = Field(
        description="failed: it was tried to the last; cancelled: its endpoint was disabled, or a replay took its place"
    )
    created_at: AwareDatetime
    ended_at: AwareDatetime | None
    attempts: list[Attempt]


class WebhookMessageQuery(PageQuery):
    """Which messages, in which order."""

    type: EventType | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"


class DeliveryQuery(PageQuery):
    """Which deliveries of an endpoint, in which order."""

    state: DeliveryState | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"
