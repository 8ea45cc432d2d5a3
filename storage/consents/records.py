"""What a notice and a consent are."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from storage.media.records import Sha256Hex
from storage.paging import PageQuery
from storage.policies.records import EffectivePolicy, Region

NoticeLanguage = Literal["zh", "en"]
Choice = Literal["accept", "decline_ai"]


class Notice(BaseModel):
    """What a candidate is told before anything is recorded."""

    session_id: UUID
    region: Region
    notice_version: str
    language: NoticeLanguage
    text: str = Field(description="Markdown")
    sha256: str = Field(description="of the text, in hex: a consent names it, so that it is known what was shown")
    is_required: bool = Field(description="whether nothing can be recorded without a consent")
    biometrics_asked: bool = Field(description="whether faces and voices are compared, which is agreed to separately")


class NoticeQuery(BaseModel):
    """In which language."""

    model_config = ConfigDict(extra="forbid")

    language: NoticeLanguage | None = Field(default=None, description="not given: the interview's")


class NewConsent(BaseModel):
    """What a candidate chooses, having read a notice."""

    model_config = ConfigDict(extra="forbid")

    language: NoticeLanguage
    notice_sha256: Sha256Hex
    choice: Choice = Field(description="accept; or decline_ai: people review the recordings, no AI analyses them")
    biometrics: bool = Field(
        default=False, description="whether faces may be compared with the photo, and voices with each other"
    )
    reference: str | None = Field(
        default=None, max_length=200, description="where an enterprise keeps a consent that it was given elsewhere"
    )


class Consent(BaseModel):
    """A stored consent; the newest of a session counts."""

    id: UUID
    session_id: UUID
    region: Region
    notice_version: str
    language: NoticeLanguage
    notice_sha256: str
    terms: EffectivePolicy = Field(description="the policy that the notice told of")
    choice: Choice
    biometrics: bool
    given_by: Literal["candidate", "enterprise"] = Field(description="enterprise: recorded on the candidate's behalf")
    reference: str | None
    created_at: AwareDatetime


class ConsentQuery(PageQuery):
    """Which page; the newest comes first."""


class SessionPolicy(EffectivePolicy):
    """What holds for one session: its interview's policy, and no more than its candidate agreed to."""

    ai_analysis: bool = Field(description="false: the candidate declined, people review the recordings")
    voices: bool = Field(
        default=False, description="whether the voices in the recordings may be compared with each other"
    )
