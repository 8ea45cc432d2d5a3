"""Erase a candidate on request: delete, prove it, and look again once no upload is allowed any more."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from psycopg.types.json import Jsonb

from storage.audit.transactions import record_audit
from storage.database import Database, fetch_all
from storage.errors import Unavailable
from storage.jobs.queue import queue_job
from storage.media.store import MediaStore
from storage.retention.deletion import (
    delete_analysis,
    delete_identity,
    delete_recordings,
    delete_unheld_steps,
    delete_vectors,
)
from storage.retention.holdings import holdings
from storage.retention.records import Erasure, Holdings
from storage.retention.transactions import ERASE_CANDIDATE, get_erasure
from storage.sql import load_queries

_QUERIES = load_queries(__file__)

# Beyond the life of an upload's URL: for a request that was under way, and clocks that differ.
_MARGIN_S = 60
# What must not be there when an erasure is done. What stays is kept under a pseudonym, and holds no personal data.
_GONE = (
    "chunks", "steps", "step_sessions", "reports", "paces", "resumes", "identity_codes", "identity_checks",
    "text_answers", "signals", "accommodations", "device_checks", "media_versions", "media_uploads",
)  # fmt: skip


class Erasing:
    """Does the requested erasures; `run` and `give_up` are those of the job's Task."""

    def __init__(self, database: Database, media: MediaStore, upload_url_seconds: int) -> None:
        self._database, self._media = database, media
        self._uploads_for = timedelta(seconds=upload_url_seconds + _MARGIN_S)

    async def run(self, organisation_id: UUID, erasure_id: UUID) -> None:
        """Delete everything; done once nothing can come after it. Raises Unavailable, to be tried again."""
        erasure = await self._begin(organisation_id, erasure_id)
        if erasure.state == "done":
            return
        await self._delete(organisation_id, erasure.candidate_id)
        held = await holdings(self._database, self._media, organisation_id, erasure.candidate_id)
        if any(held[name] for name in _GONE):
            raise Unavailable("erasure-incomplete", "Something was stored while it was erased: it is tried again.")
        await self._end(organisation_id, erasure, held)

    async def give_up(self, organisation_id: UUID, erasure_id: UUID, reason: str) -> None:
        """Note why an erasure is not done."""
        async with self._database.transaction(organisation_id) as connection:
            await connection.execute(_QUERIES["note_problem"], {"id": erasure_id, "problem": reason})

    async def _begin(self, organisation_id: UUID, erasure_id: UUID) -> Erasure:
        async with self._database.transaction(organisation_id) as connection:
            erasure = await get_erasure(connection, erasure_id)
        if erasure.held_before is None:
            held = await holdings(self._database, self._media, organisation_id, erasure.candidate_id)
            async with self._database.transaction(organisation_id) as connection:
                await connection.execute(_QUERIES["note_before"], {"id": erasure_id, "held": Jsonb(held)})
        return erasure

    async def _delete(self, organisation_id: UUID, candidate_id: UUID) -> None:
        async with self._database.transaction(organisation_id) as connection:
            sessions = await fetch_all(connection, _QUERIES["sessions"], {"candidate_id": candidate_id})
        for session in sessions:
            await delete_recordings(self._database, self._media, organisation_id, session["id"])
            async with self._database.transaction(organisation_id) as connection:
                await delete_vectors(connection, session["id"])
                await delete_analysis(connection, session["id"])
        await delete_identity(self._database, self._media, organisation_id, candidate_id)
        async with self._database.transaction(organisation_id) as connection:
            await delete_unheld_steps(connection, older_s=0)

    async def _end(self, organisation_id: UUID, erasure: Erasure, held: Holdings) -> None:
        last_upload = erasure.requested_at + self._uploads_for
        is_done = datetime.now(UTC) >= last_upload
        async with self._database.transaction(organisation_id) as connection:
            ended = {"id": erasure.id, "held": Jsonb(held), "is_done": is_done}
            await connection.execute(_QUERIES["note_after"], ended)
            if is_done:
                await record_audit(connection, "candidate.erased", "candidate", erasure.candidate_id, {"held": held})
            else:
                await queue_job(connection, ERASE_CANDIDATE, organisation_id, erasure.id, last_upload)
