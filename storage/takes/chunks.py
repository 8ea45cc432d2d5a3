"""The chunks of a take: announced, acknowledged in any order and any number of times, missed, late."""

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

from storage.database import Connection, fetch_all, fetch_known, fetch_one
from storage.errors import Conflict, Invalid
from storage.media.records import Completion
from storage.sql import load_queries
from storage.takes.records import Chunk, ChunkList, NewChunk, Take
from storage.takes.seats import check_in_time

_QUERIES = load_queries(__file__)

# A chunk that was on its way when its take was finished with gaps is still taken for this long.
LATE_CHUNKS_S = 30.0


def check_takes_chunks(take: Take) -> None:
    """Raise Conflict where a take accepts no more chunks."""
    if take.state == "abandoned":
        raise Conflict("take-abandoned", "A newer take or the submission replaced this one.")
    if take.stored_at is not None and datetime.now(UTC) > take.stored_at + timedelta(seconds=LATE_CHUNKS_S):
        raise Conflict("take-stored", "The take is finished, and the time for late chunks is over.")
    check_in_time(take)


async def announce_chunk(connection: Connection, take: Take, new: NewChunk) -> None:
    """Record a chunk that is about to be uploaded; announcing it again is no change.

    Raises Conflict where the take accepts no more chunks, or this one is stored with other bytes.
    """
    check_takes_chunks(take)
    if take.chunks is not None and new.number >= take.chunks:
        raise Conflict("chunk-beyond-end", f"The take was finished with {take.chunks} chunks.")
    row = await fetch_one(
        connection,
        _QUERIES["announce_chunk"],
        {"take_id": take.id, **new.model_dump(), "sha256": bytes.fromhex(new.sha256)},
    )
    if row is None:
        raise Conflict("chunk-differs", f"Chunk {new.number} is stored already, with other bytes.")


async def get_chunk(connection: Connection, take_id: UUID, number: int) -> Chunk:
    """One announced chunk; raises NotFound."""
    row = await fetch_known(connection, _QUERIES["chunk"], {"take_id": take_id, "number": number}, "chunk")
    return Chunk.model_validate(row)


def check_announced(chunk: Chunk, completion: Completion) -> None:
    """Raise Invalid where a completion names other bytes than were announced."""
    if completion.size != chunk.size:
        raise Invalid(
            "size-mismatch", f"{chunk.size} bytes were announced, {completion.size} are said to be sent.", "/size"
        )
    if completion.sha256 != chunk.sha256:
        raise Invalid("sha256-mismatch", "This is not the SHA-256 that was announced.", "/sha256")


async def store_chunk(connection: Connection, take: Take, chunk: Chunk) -> Chunk:
    """Acknowledge a chunk whose bytes are checked; again and again gives the same. Raises Conflict."""
    check_takes_chunks(take)
    row = await fetch_one(
        connection,
        _QUERIES["store_chunk"],
        {"take_id": take.id, "number": chunk.number, "sha256": bytes.fromhex(chunk.sha256)},
    )
    if row is None:
        raise Conflict("chunk-differs", f"Chunk {chunk.number} has been announced anew with other bytes.")
    return Chunk.model_validate(row)


async def stored_chunks(connection: Connection, take_id: UUID) -> list[Chunk]:
    """The acknowledged chunks of a take, by number."""
    rows = await fetch_all(connection, _QUERIES["stored_chunks"], {"take_id": take_id})
    return [Chunk.model_validate(row) for row in rows]


async def list_chunks(connection: Connection, take: Take) -> ChunkList:
    """Which chunks are acknowledged, and which are missing below the highest known number or the take's end."""
    rows = await fetch_all(connection, _QUERIES["known_chunks"], {"take_id": take.id})
    stored = [row["number"] for row in rows if row["stored"]]
    end = take.chunks or max((row["number"] + 1 for row in rows), default=0)
    return ChunkList(stored=stored, missing=sorted(set(range(end)) - set(stored)))


def content_sha256(chunks: list[Chunk]) -> str:
    """What a take's recording is, in one hash: of the numbers and hashes of its acknowledged chunks."""
    return hashlib.sha256("".join(f"{chunk.number}:{chunk.sha256}\n" for chunk in chunks).encode()).hexdigest()
