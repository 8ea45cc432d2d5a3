"""What a take is, and the chunks it arrives in."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from storage.media.records import MAX_RECORDING_BYTES, RecordingType, Sha256Hex, Upload
from storage.sessions.records import DeviceId

# At the usual chunk of two seconds, more than the longest answer has.
MAX_CHUNKS = 10_000

Size = Annotated[int, Field(ge=1, le=MAX_RECORDING_BYTES, description="bytes")]
ChunkNumber = Annotated[int, Field(ge=0, lt=MAX_CHUNKS, description="place in the take, from 0")]


class NewTake(BaseModel):
    """A take that begins: a whole recording, whose size and SHA-256 are known, or one that comes in chunks."""

    model_config = ConfigDict(extra="forbid")

    content_type: RecordingType
    size: Size | None = None
    sha256: Sha256Hex | None = None
    device_id: DeviceId | None = Field(default=None, description="which device records, of the candidate's page")

    @model_validator(mode="after")
    def _is_whole_or_not(self) -> Self:
        if (self.size is None) != (self.sha256 is None):
            raise ValueError("give both size and sha256 for a whole recording, or neither for one in chunks")
        return self


class NewChunk(BaseModel):
    """A chunk that is about to be uploaded. A whole recording is chunk 0 of 1."""

    model_config = ConfigDict(extra="forbid")

    number: ChunkNumber
    size: Size
    sha256: Sha256Hex


class Chunk(NewChunk):
    """A chunk of a take; `stored_at` is when it was acknowledged."""

    stored_at: AwareDatetime | None


class StartedChunk(BaseModel):
    """A chunk's number and the upload that fills it."""

    number: int
    upload: Upload


class ChunkList(BaseModel):
    """Which chunks of a take are acknowledged, and which are not although a later one, or the take's end, is known."""

    stored: list[int]
    missing: list[int]


class Finish(BaseModel):
    """The end of a take."""

    model_config = ConfigDict(extra="forbid")

    chunks: int = Field(ge=1, le=MAX_CHUNKS, description="how many chunks the take has")
    accept_gaps: bool = Field(default=False, description="finish although chunks are missing: they are marked as gaps")


class Take(BaseModel):
    """One recording of one answer; the newest stored take of a question is its answer."""

    id: UUID
    session_id: UUID
    question_number: int
    number: int
    content_type: RecordingType
    state: Literal["recording", "stored", "abandoned"]
    created_at: AwareDatetime
    deadline_at: AwareDatetime | None = Field(
        description="when the answer's time is over; null where the question was not asked on the candidate's page"
    )
    stored_at: AwareDatetime | None
    chunks: int | None = Field(description="how many chunks there should be, once the take is stored")


class Answer(BaseModel):
    """A question of a session, and what there is of its answer."""

    question_number: int
    takes: list[Take] = Field(description="in order; abandoned ones as well")
    answer_take_id: UUID | None = Field(
        description="the take that counts: the newest stored one; null where a text was written after it"
    )
    takes_left: int


class AnswerList(BaseModel):
    """The answers of a session, a row for each question."""

    items: list[Answer]


class StartedTake(Take):
    """A take that has begun; `upload` is that of a whole recording."""

    upload: Upload | None
