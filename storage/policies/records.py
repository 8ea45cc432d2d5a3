"""What a policy is: what is set, and what holds because of it."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Region = Literal["none", "EU", "US-IL", "US-NYC", "CN"]
Expressions = Literal["off", "advisory", "scored"]
IdentityCheck = Literal["off", "optional", "required"]
OneTimeCode = Literal["off", "required"]

_INHERITED = "; null: as the organisation has it, or else the region's preset"


class PolicySettings(BaseModel):
    """What an organisation, or an interview, sets itself. What is null is inherited.

    An interview with a region of its own inherits from that region's preset, not from the organisation.
    """

    model_config = ConfigDict(extra="forbid")

    region: Region | None = Field(default=None, description="whose law the preset follows" + _INHERITED)
    expressions: Expressions | None = Field(
        default=None, description="facial expressions: not observed, shown for information, or part of the score"
    )
    identity: IdentityCheck | None = Field(
        default=None, description="whether faces are compared with a photo, and a session's voices with each other"
    )
    one_time_code: OneTimeCode | None = Field(
        default=None, description="whether candidates prove themselves with a code sent to the address on file"
    )
    consent: Literal["optional", "required"] | None = Field(default=None, description="before anything is recorded")
    human_review: bool | None = Field(default=None, description="whether a person must review before a decision")
    media_days: int | None = Field(default=None, ge=1, le=3650, description="recordings and photos, from the report on")
    biometric_days: int | None = Field(default=None, ge=0, le=3650, description="vectors of face and voice")
    analysis_days: int | None = Field(
        default=None, ge=1, le=3650, description="transcripts, reports, name and contacts"
    )
    decision_days: int | None = Field(default=None, ge=1, le=3650, description="decision records under a pseudonym")
    notice_version: str | None = Field(default=None, max_length=20, description="version of the consent notice")
    bias_audit_url: str | None = Field(
        default=None, max_length=500, pattern=r"^https?://\S+$", description="where the bias audit's summary is public"
    )


class EffectivePolicy(BaseModel):
    """What holds."""

    region: Region
    expressions: Expressions
    identity: IdentityCheck
    # Consents from before there were codes hold the terms of their time, without it.
    one_time_code: OneTimeCode = "off"
    consent: Literal["optional", "required"]
    human_review: bool
    media_days: int
    biometric_days: int
    analysis_days: int
    decision_days: int
    notice_version: str
    bias_audit_url: str | None
    notice_business_days: int = Field(description="how long before the interview the notice must be given")


class Policy(BaseModel):
    """The policy of an organisation or an interview."""

    interview_id: UUID | None = Field(description="null: the organisation's own")
    version: int
    settings: PolicySettings
    effective: EffectivePolicy


class PresetValue(BaseModel):
    """One setting of a region's preset, its bounds and the law behind it."""

    model_config = ConfigDict(extra="forbid")

    value: str | int | bool
    allowed: list[str | bool] | None = None
    minimum: int | None = None
    maximum: int | None = None
    basis: str = Field(description="the law, or that it is Parley's choice")


class Preset(BaseModel):
    """What a region's law asks of a policy."""

    region: Region
    name: str
    settings: dict[str, PresetValue]


class PresetList(BaseModel):
    """The presets of all regions."""

    items: list[Preset]
