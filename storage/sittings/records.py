"""What a candidate's page is told. Rubrics, keywords and findings are no part of it, nor questions not yet asked."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from storage.consents.records import Choice
from storage.identity.records import MaskedAddress, Verdict
from storage.policies.records import IdentityCheck, OneTimeCode
from storage.sessions.records import DeviceId, SessionState
from storage.takes.records import Take

Stage = Literal["early", "notice", "identity", "devices", "answering", "done", "expired", "withdrawn", "closed"]


class Seat(BaseModel):
    """Which device the candidate sits at."""

    model_config = ConfigDict(extra="forbid")

    device_id: DeviceId


class SittingInterview(BaseModel):
    """What a candidate knows of their interview."""

    title: str
    language: Literal["zh", "en"]
    opens_at: AwareDatetime
    closes_at: AwareDatetime
    minutes_per_candidate: int = Field(description="without extra time")
    takes_allowed: int
    reading_s: int = Field(description="seconds to read a question, with extra time")
    questions: int = Field(description="how many there are")


class SittingConsent(BaseModel):
    """What the candidate chose."""

    choice: Choice
    biometrics: bool


class SittingAccommodation(BaseModel):
    """What was asked for or granted."""

    state: Literal["requested", "granted", "declined"]
    extra_time_percent: int
    audio_only: bool
    text_answers: bool
    note: str | None
    reply: str | None


class SittingIdentity(BaseModel):
    """How the candidate shows who they are, and how far that is."""

    code: OneTimeCode
    verified: bool = Field(description="whether a code was given back")
    addresses: list[MaskedAddress] = Field(description="where a code can be sent")
    face: IdentityCheck = Field(description="off where the candidate did not agree to have faces compared")
    face_verdict: Verdict | None
    photo_on_file: bool


class AskedQuestion(BaseModel):
    """A question, as it is asked."""

    text: str
    kind: Literal["structured", "situational", "skill"]
    time_limit_s: int = Field(description="seconds to answer, with extra time")


class SpokenQuestion(BaseModel):
    """A question read aloud."""

    url: str
    seconds: float


class SittingAnswer(BaseModel):
    """A question's place, and what there is of its answer; the question itself once it was asked."""

    number: int
    asked_at: AwareDatetime | None
    read_until: AwareDatetime | None = Field(description="when reading is over, and recording begins")
    question: AskedQuestion | None
    voice: SpokenQuestion | None
    takes: list[Take]
    answer_take_id: UUID | None
    takes_left: int
    text: str | None = Field(description="a written answer")


class Sitting(BaseModel):
    """A session as its candidate sees it. `now` is the server's clock, which alone counts."""

    now: AwareDatetime
    session_id: UUID
    state: SessionState
    stage: Stage = Field(description="what comes next")
    organisation: str
    candidate_name: str
    interview: SittingInterview
    ends_at: AwareDatetime | None = Field(description="end of the candidate's time; null before the first question")
    submitted_at: AwareDatetime | None
    device_id: str | None
    consent: SittingConsent | None = Field(description="null where there is none that holds")
    notice_required: bool
    accommodation: SittingAccommodation | None
    identity: SittingIdentity
    answers: list[SittingAnswer]
