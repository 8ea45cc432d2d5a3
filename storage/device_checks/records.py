"""What a device check looks at, and what it finds.

Its samples are no recordings: a picture of at most 512 KB and a sentence of at most 1 MB go through the front to the
engines, and are never stored. Recordings never go through the front.
"""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from storage.media.records import Sha256Hex

CheckLanguage = Literal["zh", "en"]
PictureVerdict = Literal[
    "good", "no_face", "several_faces", "too_dark", "too_bright", "not_centred", "too_far", "too_close"
]
SpeechVerdict = Literal["good", "silent", "unclear"]
PictureType = Literal["image/jpeg"]
SpeechType = Literal["audio/webm", "audio/mp4", "audio/ogg", "video/webm", "video/mp4"]

MAX_PICTURE_BYTES = 512 * 1024
MAX_SPEECH_BYTES = 1024 * 1024
MAX_PROBE_BYTES = 1024 * 1024
PROBE_TYPE = "application/octet-stream"


class PictureCheck(BaseModel):
    """What the camera shows. The verdict names what is worst, or that one lit face is in the middle."""

    faces: int
    verdict: PictureVerdict
    brightness: float = Field(description="0 to 1: of the largest face, or of the whole picture where there is none")


class Sentence(BaseModel):
    """What to read aloud."""

    text: str


class SentenceQuery(BaseModel):
    """In which language."""

    model_config = ConfigDict(extra="forbid")

    language: CheckLanguage


class SpeechCheck(BaseModel):
    """What was heard of a sentence that was read aloud. A verdict keeps nobody from going on."""

    text: str
    expected: str
    agreement: float = Field(description="1: word for word, in Chinese 字 for 字; 0: nothing alike")
    seconds: float = Field(description="length of the sound")
    verdict: SpeechVerdict


class NewProbe(BaseModel):
    """Bytes that are about to be uploaded, only to see how long it takes."""

    model_config = ConfigDict(extra="forbid")

    size: int = Field(ge=1, le=MAX_PROBE_BYTES, description="bytes")
    sha256: Sha256Hex


class DeviceReport(BaseModel):
    """What the candidate's page found out about their device, as it says itself."""

    model_config = ConfigDict(extra="forbid")

    latency_ms: float | None = Field(
        ge=0, le=600_000, allow_inf_nan=False, description="of a round trip to the front; null: could not be measured"
    )
    upload_kbps: float | None = Field(
        ge=0, le=100_000_000, allow_inf_nan=False, description="kilobits a second to S3; null: could not be measured"
    )
    quality: Literal["high", "medium", "low", "audio"] = Field(description="what it will record")
    camera: PictureVerdict | None = Field(default=None, description="null: not looked at, as in an audio interview")
    microphone: SpeechVerdict | None = Field(default=None, description="null: not listened to")
    browser: str = Field(max_length=200)


class DeviceCheck(DeviceReport):
    """The newest report of a session."""

    session_id: UUID
    created_at: AwareDatetime


def probe_prefix(organisation_id: UUID, session_id: UUID) -> str:
    """Where S3 holds what measured a session's upload rate."""
    return f"{organisation_id}/probes/{session_id}/"


def probe_key(organisation_id: UUID, session_id: UUID) -> str:
    """The S3 key of the probe: one a session, so that measuring again replaces it."""
    return f"{probe_prefix(organisation_id, session_id)}upload"
