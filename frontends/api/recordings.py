"""A take's recording, for a person to watch: straight from S3, as it came."""

from pydantic import BaseModel, Field

from frontends.api.operation import Call, Operation
from storage.media.records import Download, chunk_key
from storage.takes.chunks import stored_chunks
from storage.takes.transactions import get_take


class Recording(BaseModel):
    """Where the recording of a take is: its parts, one after another, are the file."""

    content_type: str
    parts: list[Download] = Field(description="GET each, in order; whoever has a URL can read its part")
    missing: int = Field(description="how many parts never came")


async def get_recording(call: Call) -> Recording:
    take = await get_take(call.connection, call.path_id("take_id"))
    chunks = await stored_chunks(call.connection, take.id)
    keys = [chunk_key(call.organisation_id, take.id, chunk.number) for chunk in chunks]
    return Recording(
        content_type=take.content_type,
        parts=[call.services.media.presign_download(key) for key in keys],
        missing=max(0, (take.chunks or len(chunks)) - len(chunks)),
    )


OPERATIONS = [
    Operation(
        "GET", "/v1/takes/{take_id:uuid}/recording", "Get the recording's parts, to watch it", get_recording, Recording,
        scope="reports:read", audit="recording.read",
    ),
]  # fmt: skip
