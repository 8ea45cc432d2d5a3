"""Processor: works the durable queue, one report for each submitted session."""

import asyncio
from typing import Any
from uuid import UUID

import structlog
from ray.serve.handle import DeploymentHandle

from serving.analysts import Analysts
from serving.autoscaling.forecast import forecast
from serving.live_handle import LiveHandle
from serving.log import configure_log
from serving.metrics import SESSIONS_GIVEN_UP
from serving.session import SessionProcessing
from serving.settings import ProcessorProfile, ServingSettings
from storage.database import Database
from storage.errors import Unavailable
from storage.jobs.queue import PROCESS_SESSION
from storage.jobs.worker import JobWorker, Task
from storage.media.store import MediaStore
from storage.sessions.delays import tell_late_reports
from storage.sessions.transactions import lock_session, move_session
from storage.settings import StorageSettings

_log = structlog.get_logger()

# A report that is not there so long after the submission is told to be late.
_LATE_S = 30.0
_LOOK_AGAIN_S = 5.0


class Processor:
    """Takes jobs from Postgres; nothing calls it. Its replica is replaced when its worker has ended."""

    def __init__(
        self,
        profile: ProcessorProfile,
        transcriber: DeploymentHandle[Any],
        face_analyst: DeploymentHandle[Any],
        scorer: DeploymentHandle[Any],
        live: DeploymentHandle[Any],
    ) -> None:
        configure_log()
        storage = StorageSettings()
        self._database = Database(storage)
        self._booking = profile.booking
        self._processing = SessionProcessing(
            self._database,
            MediaStore(storage),
            Analysts(transcriber, face_analyst, scorer),
            LiveHandle(live),
            ServingSettings(),
        )
        task = Task(PROCESS_SESSION, self._processing.process, self._give_up)
        worker = JobWorker(storage, [task], profile.jobs_at_once)
        self._work = asyncio.get_running_loop().create_task(self._run(worker))

    def check_health(self) -> None:
        """Ray Serve calls this now and then; raises what ended the worker."""
        if self._work.done():
            self._work.result()
            raise RuntimeError("the job worker has ended")

    async def record_autoscaling_stats(self) -> dict[str, float]:
        """What Ray Serve's autoscaler is told."""
        return await forecast(self._database, self._booking)

    async def _run(self, worker: JobWorker) -> None:
        async with self._database, asyncio.TaskGroup() as group:
            group.create_task(worker.run())
            group.create_task(self._tell_late_reports())

    async def _tell_late_reports(self) -> None:
        while True:
            try:
                await tell_late_reports(self._database, _LATE_S)
            except Unavailable as error:
                _log.warning("late reports not told", error=error.code)
            await asyncio.sleep(_LOOK_AGAIN_S)

    async def _give_up(self, organisation_id: UUID, session_id: UUID, reason: str) -> None:
        async with self._database.transaction(organisation_id) as connection:
            if (await lock_session(connection, session_id)).state == "submitted":
                await move_session(connection, session_id, "attention", reason)
                SESSIONS_GIVEN_UP.inc()
