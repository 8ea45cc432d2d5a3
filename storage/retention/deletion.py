"""Delete what a session or a candidate has left behind, one kind at a time. Each may be repeated."""

from uuid import UUID

from anyio import to_thread

from storage.database import Connection, Database, fetch_all
from storage.device_checks.records import probe_prefix
from storage.media.removal import remove_prefix
from storage.media.store import MediaStore
from storage.retention.holdings import media_prefixes, take_prefix
from storage.retention.transactions import keep_record
from storage.sql import load_queries

_QUERIES = load_queries(__file__)

_ANALYSIS = (
    "erase_analysis", "erase_writing", "erase_accommodation", "erase_identity", "erase_device_checks",
    "mark_analysis",
)  # fmt: skip


async def delete_vectors(connection: Connection, session_id: UUID) -> None:
    """Vectors of face and voice; reports and recordings hold none."""
    await _execute(connection, ("erase_vectors", "mark_vectors"), session_id=session_id)


async def delete_recordings(database: Database, media: MediaStore, organisation_id: UUID, session_id: UUID) -> None:
    """A session's recordings, and what measured its uploads: in S3 every version, then the hashes of the chunks.

    Raises Unavailable.
    """
    async with database.transaction(organisation_id) as connection:
        takes = await fetch_all(connection, _QUERIES["takes_of_session"], {"session_id": session_id})
    prefixes = [take_prefix(organisation_id, take["id"]) for take in takes]
    for prefix in (probe_prefix(organisation_id, session_id), *prefixes):
        await to_thread.run_sync(remove_prefix, media, prefix)
    async with database.transaction(organisation_id) as connection:
        await _execute(connection, ("erase_chunks", "mark_media"), session_id=session_id)


async def delete_analysis(connection: Connection, session_id: UUID) -> None:
    """What was said, written, observed and flagged, reports and checks of identity; a decision record stays."""
    await keep_record(connection, session_id)
    await _execute(connection, _ANALYSIS, session_id=session_id)


async def delete_identity(database: Database, media: MediaStore, organisation_id: UUID, candidate_id: UUID) -> None:
    """Who a candidate is: photo, résumé, contacts; a pseudonym takes the name's place. Raises Unavailable."""
    for prefix in media_prefixes(organisation_id, candidate_id, []):
        await to_thread.run_sync(remove_prefix, media, prefix)
    async with database.transaction(organisation_id) as connection:
        named = {"candidate_id": candidate_id}
        await _execute(connection, ("erase_resume", "cancel_messages", "clear_messages", "revoke_invitations"), **named)
        await connection.execute(_QUERIES["pseudonymise"], named | {"pseudonym": pseudonym(candidate_id)})


async def delete_photo(database: Database, media: MediaStore, organisation_id: UUID, candidate_id: UUID) -> None:
    """A candidate's photo alone. Raises Unavailable."""
    await to_thread.run_sync(remove_prefix, media, f"{organisation_id}/photos/{candidate_id}/")
    async with database.transaction(organisation_id) as connection:
        await _execute(connection, ("forget_photo",), candidate_id=candidate_id)


async def delete_session(connection: Connection, session_id: UUID) -> None:
    """A session's row with all that belongs to it: decisions, consents and its decision record."""
    await _execute(connection, ("erase_session",), session_id=session_id)


async def delete_candidate(connection: Connection, candidate_id: UUID) -> None:
    """A candidate's row with all that belongs to it."""
    await _execute(connection, ("erase_candidate",), candidate_id=candidate_id)


async def delete_unheld_steps(connection: Connection, older_s: float) -> None:
    """Steps that no session holds and that are older than that."""
    await connection.execute(_QUERIES["erase_unheld_steps"], {"older_s": older_s})


def pseudonym(candidate_id: UUID) -> str:
    """What a candidate is called once they are erased: by their random id, which tells nothing of them."""
    return f"Candidate {candidate_id.hex[:8]}"


async def _execute(connection: Connection, queries: tuple[str, ...], **named: UUID) -> None:
    for query in queries:
        await connection.execute(_QUERIES[query], named)
