"""Make and read candidates, and keep the photo their identity is compared with."""

from typing import TypedDict
from uuid import UUID

from storage.candidates.records import Candidate, NewCandidate
from storage.database import Connection, fetch_all, fetch_one
from storage.errors import Conflict, NotFound
from storage.media.records import NewPhoto
from storage.sql import load_queries

_QUERIES = load_queries(__file__)


class AnnouncedPhoto(TypedDict):
    """What was announced of a photo; `stored` tells whether it has arrived."""

    size: int
    sha256: bytes
    stored: bool


async def create_candidate(connection: Connection, new: NewCandidate) -> Candidate:
    """Store a new candidate."""
    return Candidate.model_validate(await fetch_one(connection, _QUERIES["insert_candidate"], new.model_dump()))


async def get_candidate(connection: Connection, candidate_id: UUID) -> Candidate:
    """One candidate; raises NotFound."""
    row = await fetch_one(connection, _QUERIES["candidate"], {"id": candidate_id})
    if row is None:
        raise NotFound("candidate")
    return Candidate.model_validate(row)


async def list_candidates(connection: Connection) -> list[Candidate]:
    """All candidates, oldest first."""
    return [Candidate.model_validate(row) for row in await fetch_all(connection, _QUERIES["candidates"], {})]


async def announce_photo(connection: Connection, candidate_id: UUID, new: NewPhoto) -> None:
    """Record the photo that is about to be uploaded, in place of any before it; raises NotFound."""
    await get_candidate(connection, candidate_id)
    await connection.execute(
        _QUERIES["announce_photo"],
        {"id": candidate_id, **new.model_dump(), "sha256": bytes.fromhex(new.sha256)},
    )


async def get_photo(connection: Connection, candidate_id: UUID) -> AnnouncedPhoto | None:
    """What was announced of the candidate's photo, or None; raises NotFound."""
    row = await fetch_one(connection, _QUERIES["photo"], {"id": candidate_id})
    if row is None:
        raise NotFound("candidate")
    if row["sha256"] is None:
        return None
    return {"size": row["size"], "sha256": row["sha256"], "stored": row["stored_at"] is not None}


async def complete_photo(connection: Connection, candidate_id: UUID, sha256: bytes) -> Candidate:
    """Record that the announced photo has arrived; raises Conflict where another was announced since."""
    row = await fetch_one(connection, _QUERIES["complete_photo"], {"id": candidate_id, "sha256": sha256})
    if row is None:
        raise Conflict("photo-replaced", "Another photo has been announced since.")
    return Candidate.model_validate(row)
