"""Delete what has been kept as long as its policy says. Whoever runs it may stop at any moment and begin again."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID

from storage.database import Connection, Database, fetch_all, fetch_one
from storage.media.store import MediaStore
from storage.policies.records import EffectivePolicy
from storage.policies.transactions import effective_policy, get_policy
from storage.retention import deletion
from storage.sql import load_queries

_QUERIES = load_queries(__file__)

_AT_ONCE = 100
# Steps save the work of a retry; one of which nobody knows whose it is may be needed by a job that still runs.
_UNHELD_S = 86_400.0
# Any number that nothing else locks by.
_LOCK = 0x7061726C65790001


class Retention:
    """The schedule of all organisations."""

    def __init__(self, database: Database, media: MediaStore) -> None:
        self._database, self._media = database, media

    async def sweep(self) -> bool:
        """Delete all that is due, unless another process does; whether it was done here. Raises Unavailable."""
        async with self._alone() as alone:
            if alone:
                async with self._database.operator() as connection:
                    organisations = await fetch_all(connection, _QUERIES["organisations"], {})
                for organisation in organisations:
                    await self._sweep(organisation["id"])
        return alone

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[bool]:
        # The lock is the connection's, so that no transaction stays open as long as S3 takes.
        async with self._database.pool.connection() as connection:
            row = await fetch_one(connection, _QUERIES["try_lock"], {"number": _LOCK})
            assert row is not None  # it always returns its row
            try:
                yield row["locked"]
            finally:
                if row["locked"]:
                    await connection.execute(_QUERIES["unlock"], {"number": _LOCK})

    async def _sweep(self, organisation_id: UUID) -> None:
        async with self._database.transaction(organisation_id) as connection:
            interviews = await fetch_all(connection, _QUERIES["interviews"], {})
            policies = {
                row["interview_id"]: await effective_policy(connection, row["interview_id"]) for row in interviews
            }
            own = (await get_policy(connection)).effective
            await deletion.delete_unheld_steps(connection, _UNHELD_S)
        for interview_id, policy in policies.items():
            await self._sweep_interview(organisation_id, interview_id, policy)
        await self._sweep_candidates(organisation_id, own)

    async def _sweep_interview(self, organisation_id: UUID, interview_id: UUID, policy: EffectivePolicy) -> None:
        async def recordings(session_id: UUID) -> None:
            await deletion.delete_recordings(self._database, self._media, organisation_id, session_id)

        stages = {
            "biometric_days": ("vectors", self._within(organisation_id, deletion.delete_vectors)),
            "media_days": ("media", recordings),
            "analysis_days": ("analysis", self._within(organisation_id, deletion.delete_analysis)),
        }
        for days, (stage, delete) in stages.items():
            due = {"interview_id": interview_id, "stage": stage, "terms": days, "days": getattr(policy, days)}
            await self._delete_due(organisation_id, "due_sessions", due, delete)

        async def record(session_id: UUID) -> None:
            # Their own times may be set longer than the record's by a later change: nothing outlives the record.
            await recordings(session_id)
            async with self._database.transaction(organisation_id) as connection:
                await deletion.delete_analysis(connection, session_id)
                await deletion.delete_session(connection, session_id)

        due = {"interview_id": interview_id, "stage": "record", "terms": "decision_days", "days": policy.decision_days}
        await self._delete_due(organisation_id, "due_sessions", due, record)

    async def _sweep_candidates(self, organisation_id: UUID, policy: EffectivePolicy) -> None:
        async def photo(candidate_id: UUID) -> None:
            await deletion.delete_photo(self._database, self._media, organisation_id, candidate_id)

        async def identity(candidate_id: UUID) -> None:
            await deletion.delete_identity(self._database, self._media, organisation_id, candidate_id)

        await self._delete_due(organisation_id, "due_photos", {"days": policy.media_days}, photo)
        await self._delete_due(organisation_id, "due_candidates", {"days": policy.analysis_days}, identity)
        pseudonyms = self._within(organisation_id, deletion.delete_candidate)
        await self._delete_due(organisation_id, "due_pseudonyms", {"days": policy.decision_days}, pseudonyms)

    def _within(
        self, organisation_id: UUID, delete: Callable[[Connection, UUID], Awaitable[None]]
    ) -> Callable[[UUID], Awaitable[None]]:
        async def each(subject_id: UUID) -> None:
            async with self._database.transaction(organisation_id) as connection:
                await delete(connection, subject_id)

        return each

    async def _delete_due(
        self, organisation_id: UUID, query: str, due: dict[str, object], delete: Callable[[UUID], Awaitable[None]]
    ) -> None:
        while True:
            async with self._database.transaction(organisation_id) as connection:
                found = await fetch_all(connection, _QUERIES[query], due | {"at_once": _AT_ONCE})
            for row in found:
                await delete(row["id"])
            if len(found) < _AT_ONCE:
                return
