"""What is announced about a file before it is uploaded, and where it may then be put."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Sha256Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the bytes, in lower-case hex")]
MAX_RECORDING_BYTES = 2 * 1024**3
MAX_PHOTO_BYTES = 10 * 1024**2

RecordingType = Literal[
    "video/webm", "video/mp4", "video/mpeg", "video/quicktime",
    "audio/webm", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/wav", "audio/flac",
]  # fmt: skip
PhotoType = Literal["image/jpeg", "image/png", "image/webp"]


class NewPhoto(BaseModel):
    """A photo that is about to be uploaded."""

    model_config = ConfigDict(extra="forbid")

    content_type: PhotoType
    size: int = Field(ge=1, le=MAX_PHOTO_BYTES, description="bytes")
    sha256: Sha256Hex


class Completion(BaseModel):
    """What was uploaded, said again so that a mix-up is noticed."""

    model_config = ConfigDict(extra="forbid")

    size: int = Field(ge=0, description="bytes")
    sha256: Sha256Hex


class Upload(BaseModel):
    """A request that the client may send once to S3, with exactly these headers and the announced bytes."""

    method: Literal["PUT"] = "PUT"
    url: str
    headers: dict[str, str]
    expires_at: AwareDatetime


class Download(BaseModel):
    """Where an object can be read, until when."""

    url: str
    expires_at: AwareDatetime


def chunk_key(organisation_id: UUID, take_id: UUID, number: int) -> str:
    """The S3 key of a chunk of a take; the organisation is its prefix."""
    return f"{organisation_id}/takes/{take_id}/{number:06d}"


def photo_key(organisation_id: UUID, candidate_id: UUID, sha256: bytes) -> str:
    """The S3 key of a candidate's photo; the hash keeps a photo from being replaced under a running upload."""
    return f"{organisation_id}/photos/{candidate_id}/{sha256.hex()}"
