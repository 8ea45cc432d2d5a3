"""Make and read candidates, and keep the photo their identity is compared with."""

from typing import Any, TypedDict
from uuid import UUID

import psycopg

from storage.candidates.records import Candidate, CandidateChanges, CandidateQuery, NewCandidate
from storage.database import Connection, fetch_known, fetch_one
from storage.errors import Conflict
from storage.media.records import NewPhoto
from storage.paging import Page, fetch_page
from storage.retention.erased import check_not_erased
from storage.sql import load_queries
from storage.updates import update_row

_QUERIES = load_queries(__file__)
_EXISTS = Conflict("candidate-exists", "A candidate with this external_id exists already.")


class AnnouncedPhoto(TypedDict):
    """What was announced of a photo; `stored` tells whether it has arrived."""

    size: int
    sha256: bytes
    stored: bool


async def create_candidate(connection: Connection, new: NewCandidate) -> Candidate:
    """Store a new candidate; raises Conflict where one has this external_id."""
    row = await fetch_one(connection, _QUERIES["insert_candidate"], sealed_contacts(connection, new.model_dump()))
    if row is None:
        raise _EXISTS
    return _candidate(connection, row)


async def get_candidate(connection: Connection, candidate_id: UUID) -> Candidate:
    """One candidate; raises NotFound."""
    row = await fetch_known(connection, _QUERIES["candidate"], {"id": candidate_id}, "candidate")
    return _candidate(connection, row)


async def list_candidates(connection: Connection, query: CandidateQuery) -> Page[Candidate]:
    """The candidates that the caller sees."""
    indexes = None if query.email is None else connection.fields.indexes(query.email)
    return await fetch_page(
        connection,
        _QUERIES["candidates"],
        {"email_indexes": indexes, "external_id": query.external_id},
        Candidate,
        query,
        query.sort,
        fields=("email", "phone"),
    )


async def change_candidate(
    connection: Connection, candidate_id: UUID, version: int, changes: CandidateChanges
) -> Candidate:
    """Change who a candidate is; raises NotFound, Changed, or Conflict where another has the new external_id."""
    await check_not_erased(connection, candidate_id)
    columns = sealed_contacts(connection, changes.model_dump(exclude_unset=True))
    try:
        await update_row(connection, "candidates", "candidate", candidate_id, version, columns)
    except psycopg.errors.UniqueViolation:
        raise _EXISTS from None
    return await get_candidate(connection, candidate_id)


async def announce_photo(connection: Connection, candidate_id: UUID, new: NewPhoto) -> None:
    """Record the photo that is about to be uploaded, in place of any before it; raises NotFound."""
    await get_candidate(connection, candidate_id)
    await check_not_erased(connection, candidate_id)
    await connection.execute(
        _QUERIES["announce_photo"],
        {"id": candidate_id, **new.model_dump(), "sha256": bytes.fromhex(new.sha256)},
    )


async def get_photo(connection: Connection, candidate_id: UUID) -> AnnouncedPhoto | None:
    """What was announced of the candidate's photo, or None; raises NotFound."""
    row = await fetch_known(connection, _QUERIES["photo"], {"id": candidate_id}, "candidate")
    if row["sha256"] is None:
        return None
    return {"size": row["size"], "sha256": row["sha256"], "stored": row["stored_at"] is not None}


async def complete_photo(connection: Connection, candidate_id: UUID, sha256: bytes) -> Candidate:
    """Record that the announced photo has arrived; raises Conflict where another was announced since."""
    row = await fetch_one(connection, _QUERIES["complete_photo"], {"id": candidate_id, "sha256": sha256})
    if row is None:
        raise Conflict("photo-replaced", "Another photo has been announced since.")
    return _candidate(connection, row)


def sealed_contacts(connection: Connection, values: dict[str, Any]) -> dict[str, Any]:
    """A candidate's values with contact data as it is stored."""
    fields = connection.fields
    sealed: dict[str, Any] = {
        name: fields.encrypt_optional(values[name]) for name in ("email", "phone") if name in values
    }
    if "email" in values:
        sealed["email_index"] = None if values["email"] is None else fields.index(values["email"])
    return values | sealed


def _candidate(connection: Connection, row: dict[str, Any]) -> Candidate:
    contacts = {name: connection.fields.decrypt_optional(row[name]) for name in ("email", "phone")}
    return Candidate.model_validate(row | contacts)
