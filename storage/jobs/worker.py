"""Work the durable queue: retry with backoff, take over from dead workers, give up aloud."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import procrastinate
import structlog
from procrastinate.jobs import Job

from storage.errors import Refusal
from storage.jobs.queue import PROCESS_SESSION, QUEUE
from storage.settings import StorageSettings

_log = structlog.get_logger()

# A failed job is tried again after 2, 4, 8, 16 and 32 seconds: a restarting server is waited for, and what cannot
# work is given up within about a minute.
MAX_ATTEMPTS = 6
_BACKOFF = 2

# A worker that has not been heard of for this long is dead, and its jobs are taken over.
_HEARTBEAT_S = 2.0
_DEAD_AFTER_S = 10.0

Process = Callable[[UUID, UUID], Awaitable[None]]
GiveUp = Callable[[UUID, UUID, str], Awaitable[None]]


class JobWorker:
    """Runs queued jobs one after another or several at a time.

    `process(organisation_id, session_id)` does a job; it may run more than once and must change nothing the second
    time. `give_up(organisation_id, session_id, reason)` is called once its attempts are spent.
    """

    def __init__(self, settings: StorageSettings, process: Process, give_up: GiveUp, concurrency: int) -> None:
        self._process = process
        self._give_up = give_up
        self._concurrency = concurrency
        self._app = procrastinate.App(
            connector=procrastinate.PsycopgConnector(
                conninfo=settings.database_url.get_secret_value(), min_size=1, max_size=4
            )
        )
        self._app.task(
            name=PROCESS_SESSION,
            queue=QUEUE,
            pass_context=True,
            retry=procrastinate.RetryStrategy(max_attempts=MAX_ATTEMPTS - 1, exponential_wait=_BACKOFF),
        )(self._run_job)

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
                queues=[QUEUE],
                concurrency=self._concurrency,
                install_signal_handlers=False,
                fetch_job_polling_interval=2.0,
                update_heartbeat_interval=_HEARTBEAT_S,
                stalled_worker_timeout=_DEAD_AFTER_S,
                delete_jobs="successful",
            )
            take_over.cancel()

    async def _run_job(self, context: procrastinate.JobContext, organisation_id: str, session_id: str) -> None:
        job = context.job
        try:
            await self._process(UUID(organisation_id), UUID(session_id))
        except Exception as error:
            _log.exception("job failed", session_id=session_id, attempt=job.attempts + 1)
            if job.attempts + 1 >= MAX_ATTEMPTS:
                await self._give_up(UUID(organisation_id), UUID(session_id), _reason(error))
            raise

    async def _take_over_dead_workers(self) -> None:
        while True:
            await asyncio.sleep(_HEARTBEAT_S)
            try:
                for job in await self._app.job_manager.get_stalled_jobs(seconds_since_heartbeat=_DEAD_AFTER_S):
                    await self._take_over(job)
            except procrastinate.exceptions.ConnectorException as error:
                # The database is gone for a while, or the worker was slow, not dead, and has finished the job.
                _log.warning("no job taken over, looking again", error=type(error).__name__)

    async def _take_over(self, job: Job) -> None:
        organisation_id, session_id = (UUID(str(job.task_kwargs[name])) for name in ("organisation_id", "session_id"))
        _log.warning("job of a dead worker taken over", session_id=str(session_id), attempt=job.attempts + 1)
        if job.attempts + 1 < MAX_ATTEMPTS:
            await self._app.job_manager.retry_job(job)
            return
        await self._give_up(organisation_id, session_id, "Its worker died each time it was processed.")
        assert job.id is not None  # it came from the database
        await self._app.job_manager.finish_job_by_id_async(job.id, procrastinate.jobs.Status.FAILED, delete_job=False)


def _reason(error: Exception) -> str:
    if isinstance(error, Refusal):
        return error.message
    return f"An unexpected error ({type(error).__name__}) stopped the processing {MAX_ATTEMPTS} times."
