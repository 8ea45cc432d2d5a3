"""What a take is."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from storage.media.records import RecordingType, Sha256Hex, Upload


class Take(BaseModel):
    """One recording of one answer; the newest stored take of a question is its answer."""

    id: UUID
    session_id: UUID
    question_number: int
    number: int
    content_type: RecordingType
    size: int
    sha256: Sha256Hex
    state: Literal["uploading", "stored", "abandoned"]
    created_at: AwareDatetime
    stored_at: AwareDatetime | None


class StartedTake(Take):
    """A take together with the upload that fills it."""

    upload: Upload
