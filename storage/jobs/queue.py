"""Queue durable jobs within the transaction of what they are about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import procrastinate

from storage.database import Connection


@dataclass(frozen=True)
class JobKind:
    """What is to be done to which kind of thing, and how often it is tried.

    `subject` is what the job's thing is called, as "session"; `waits_s` are the seconds before each further attempt,
    once an attempt has failed. Jobs of one thing never run at the same time.
    """

    name: str
    queue: str
    subject: str
    waits_s: tuple[float, ...]

    @property
    def attempts(self) -> int:
        """How many times a job is tried."""
        return len(self.waits_s) + 1

    def ids(self, arguments: dict[str, object]) -> tuple[UUID, UUID]:
        """The organisation and the thing that a job's arguments name."""
        return UUID(str(arguments["organisation_id"])), UUID(str(arguments[f"{self.subject}_id"]))


# A restarting server is waited for, and what cannot work is given up within about a minute.
PROCESS_SESSION = JobKind("process_session", "sessions", "session", (2, 4, 8, 16, 32))

# Only builds the statements: it is never opened, every job travels on the caller's connection.
_APP = procrastinate.App(connector=procrastinate.PsycopgConnector())


async def queue_job(
    connection: Connection, kind: JobKind, organisation_id: UUID, subject_id: UUID, at: datetime | None = None
) -> None:
    """Queue a job, to be done at once or not before `at`; it is queued when the caller's transaction commits."""
    await queue_jobs(connection, kind, organisation_id, [subject_id], at)


async def queue_jobs(
    connection: Connection,
    kind: JobKind,
    organisation_id: UUID,
    subject_ids: Sequence[UUID],
    at: datetime | None = None,
) -> None:
    """Queue a job for each of many things, in one statement."""
    jobs = [
        procrastinate.jobs.Job(
            id=None,
            queue=kind.queue,
            lock=f"{kind.subject}-{subject_id}",
            queueing_lock=None,
            task_name=kind.name,
            task_kwargs={"organisation_id": str(organisation_id), f"{kind.subject}_id": str(subject_id)},
            scheduled_at=at,
        )
        for subject_id in subject_ids
    ]
    if jobs:
        await _APP.job_manager.batch_defer_jobs_async(jobs, connection=connection)
