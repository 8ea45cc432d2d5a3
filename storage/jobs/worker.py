"""Work the durable queue: retry with backoff, take over from dead workers, give up aloud."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import procrastinate
import structlog
from procrastinate.jobs import Job

from storage.errors import Refusal
from storage.jobs.queue import JobKind
from storage.settings import StorageSettings

_log = structlog.get_logger()

# A worker that has not been heard of for this long is dead, and its jobs are taken over.
_HEARTBEAT_S = 2.0
_DEAD_AFTER_S = 10.0

_MOST_CONNECTIONS = 4

# Waits are spread by this share, so that what failed together is not tried again together.
_JITTER = 0.2


@dataclass(frozen=True)
class Task:
    """How a kind of job is done.

    `run(organisation_id, subject_id)` does a job; it may run more than once and must change nothing the second time.
    `give_up(organisation_id, subject_id, reason)` is called once its attempts are spent.
    """

    kind: JobKind
    run: Callable[[UUID, UUID], Awaitable[None]]
    give_up: Callable[[UUID, UUID, str], Awaitable[None]]


class JobWorker:
    """Runs the queued jobs of these tasks, which share one queue, up to `concurrency` at a time."""

    def __init__(self, settings: StorageSettings, tasks: Sequence[Task], concurrency: int) -> None:
        [self._queue] = {task.kind.queue for task in tasks}
        self._tasks = {task.kind.name: task for task in tasks}
        self._concurrency = concurrency
        self._app = procrastinate.App(
            connector=procrastinate.PsycopgConnector(
                conninfo=settings.database_url.get_secret_value(),
                min_size=1,
                # One job needs one now and then, beside what beats and looks for dead workers: servers count them.
                max_size=min(_MOST_CONNECTIONS, concurrency + 1),
            )
        )
        for name, task in self._tasks.items():
            self._app.task(name=name, queue=self._queue, pass_context=True, retry=_Waits(task.kind.waits_s))(
                self._run_job
            )

    async def run(self) -> None:
        """Work until cancelled; a database that is gone for a while is waited for."""
        while True:
            try:
                async with self._app.open_async():
                    await self._work()
            except (procrastinate.exceptions.ConnectorException, OSError) as error:
                _log.warning("queue unreachable, trying again", error=type(error).__name__)
            await asyncio.sleep(1)

    async def _work(self) -> None:
        async with asyncio.TaskGroup() as group:
            take_over = group.create_task(self._take_over_dead_workers())
            await self._app.run_worker_async(
                queues=[self._queue],
                concurrency=self._concurrency,
                install_signal_handlers=False,
                fetch_job_polling_interval=2.0,
                update_heartbeat_interval=_HEARTBEAT_S,
                stalled_worker_timeout=_DEAD_AFTER_S,
                delete_jobs="successful",
            )
            take_over.cancel()

    async def _run_job(self, context: procrastinate.JobContext, /, **arguments: str) -> None:
        job, task = context.job, self._tasks[context.job.task_name]
        organisation_id, subject_id = task.kind.ids({**arguments})
        try:
            await task.run(organisation_id, subject_id)
        except Exception as error:
            _log.exception("job failed", job=job.task_name, id=str(subject_id), attempt=job.attempts + 1)
            if job.attempts + 1 >= task.kind.attempts:
                await task.give_up(organisation_id, subject_id, _reason(error, task.kind))
            raise

    async def _take_over_dead_workers(self) -> None:
        while True:
            await asyncio.sleep(_HEARTBEAT_S)
            try:
                stalled = await self._app.job_manager.get_stalled_jobs(
                    queue=self._queue, seconds_since_heartbeat=_DEAD_AFTER_S
                )
                for job in stalled:
                    await self._take_over(job)
            except procrastinate.exceptions.ConnectorException as error:
                # The database is gone for a while, or the worker was slow, not dead, and has finished the job.
                _log.warning("no job taken over, looking again", error=type(error).__name__)

    async def _take_over(self, job: Job) -> None:
        task = self._tasks[job.task_name]
        organisation_id, subject_id = task.kind.ids({**job.task_kwargs})
        _log.warning("job of a dead worker taken over", job=job.task_name, id=str(subject_id), attempt=job.attempts + 1)
        if job.attempts + 1 < task.kind.attempts:
            await self._app.job_manager.retry_job(job)
            return
        await task.give_up(organisation_id, subject_id, "Its worker died each time it was processed.")
        assert job.id is not None  # it came from the database
        await self._app.job_manager.finish_job_by_id_async(job.id, procrastinate.jobs.Status.FAILED, delete_job=False)


class _Waits(procrastinate.BaseRetryStrategy):
    """Each further attempt after its own wait."""

    def __init__(self, waits_s: tuple[float, ...]) -> None:
        self._waits_s = waits_s

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> procrastinate.RetryDecision | None:
        if job.attempts >= len(self._waits_s):
            return None
        wait = self._waits_s[job.attempts] * random.uniform(1 - _JITTER, 1 + _JITTER)
        return procrastinate.RetryDecision(retry_at=datetime.now(UTC) + timedelta(seconds=wait))


def _reason(error: Exception, kind: JobKind) -> str:
    if isinstance(error, Refusal):
        return error.message
    return f"An unexpected error ({type(error).__name__}) stopped the processing {kind.attempts} times."
