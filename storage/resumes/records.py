"""What a résumé is."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from storage.media.records import Sha256Hex

MAX_RESUME_BYTES = 10 * 1024**2
# What a résumé is uploaded as: what it really is, its content tells.
RESUME_TYPE = "application/octet-stream"

ResumeState = Literal["announced", "stored", "read", "unreadable"]


class NewResume(BaseModel):
    """A résumé that is about to be uploaded: PDF, DOCX or plain text."""

    model_config = ConfigDict(extra="forbid")

    size: int = Field(ge=1, le=MAX_RESUME_BYTES, description="bytes")
    sha256: Sha256Hex


class Resume(BaseModel):
    """A candidate's résumé."""

    candidate_id: UUID
    size: int
    sha256: Sha256Hex
    state: ResumeState = Field(description="stored: it waits to be read; unreadable: problem says why")
    text: str | None = Field(description="what it says, without its layout; null until it is read")
    skills: list[str] = Field(description="the skills that it names")
    language: Literal["zh", "en"] | None = Field(description="that most of it is written in")
    problem: str | None = Field(description="why it cannot be read, or what to know before relying on the text")
    created_at: AwareDatetime


def resume_key(organisation_id: UUID, candidate_id: UUID, sha256: bytes) -> str:
    """The S3 key of a candidate's résumé; the hash keeps it from being replaced under a running upload."""
    return f"{organisation_id}/resumes/{candidate_id}/{sha256.hex()}"
