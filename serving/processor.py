"""Processor: works the durable queues: reports, deliveries of webhooks and messages, résumés, voices, erasures."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from ray.serve.handle import DeploymentHandle

from serving.analysts import Analysts
from serving.autoscaling.forecast import forecast
from serving.delivery.mail import MailSettings
from serving.delivery.message_delivery import MessageDelivery
from serving.delivery.sms import SmsSettings
from serving.delivery.webhook_post import Poster
from serving.delivery.webhooks import WebhookDelivery
from serving.housekeeping import keep_house
from serving.live_handle import LiveHandle
from serving.log import configure_log
from serving.metrics import SESSIONS_GIVEN_UP
from serving.rendering import VoiceRendering
from serving.resumes import ResumeReading
from serving.retention import RetentionSettings, keep_retention
from serving.session import SessionProcessing
from serving.settings import ProcessorProfile, ServingSettings
from serving.voice_handle import VoiceHandle
from storage.database import Database
from storage.jobs.queue import PROCESS_SESSION
from storage.jobs.worker import JobWorker, Task
from storage.media.store import MediaStore
from storage.messages.recipients import find_recipient
from storage.retention.erasure import Erasing
from storage.retention.schedule import Retention
from storage.retention.transactions import ERASE_CANDIDATE
from storage.sessions.transactions import lock_session, move_session
from storage.settings import StorageSettings
from storage.webhooks.settings import WebhookSettings
from storage.webhooks.targets import TargetRules

# A delivery waits for somebody else's server; a résumé is read in a process of half a gigabyte at most.
_DELIVERIES_AT_ONCE = 16
_RESUMES_AT_ONCE = 1
_ERASURES_AT_ONCE = 1
_INTERVIEWS_RENDERED_AT_ONCE = 1


class Processor:
    """Takes jobs from Postgres; nothing calls it. Its replica is replaced when its worker has ended."""

    def __init__(
        self,
        profile: ProcessorProfile,
        transcriber: DeploymentHandle[Any],
        face_analyst: DeploymentHandle[Any],
        scorer: DeploymentHandle[Any],
        live: DeploymentHandle[Any],
        voice: DeploymentHandle[Any],
    ) -> None:
        configure_log()
        storage = StorageSettings()
        self._database, self._media = Database(storage), MediaStore(storage)
        self._booking = profile.booking
        self._processing = SessionProcessing(
            self._database,
            self._media,
            Analysts(transcriber, face_analyst, scorer),
            LiveHandle(live),
            ServingSettings(),
        )
        sessions = Task(PROCESS_SESSION, self._processing.process, self._give_up)
        webhooks = WebhookDelivery(self._database, Poster(TargetRules(WebhookSettings())))
        messages = MessageDelivery(self._database, find_recipient, MailSettings(), SmsSettings())
        erasing = Erasing(self._database, self._media, storage.upload_url_seconds)
        rendering = VoiceRendering(self._database, self._media, VoiceHandle(voice))
        workers = [
            JobWorker(storage, [sessions], profile.jobs_at_once),
            JobWorker(storage, [webhooks.task(), messages.task()], _DELIVERIES_AT_ONCE),
            JobWorker(storage, [ResumeReading(self._database, self._media).task()], _RESUMES_AT_ONCE),
            JobWorker(storage, [rendering.task()], _INTERVIEWS_RENDERED_AT_ONCE),
            JobWorker(storage, [Task(ERASE_CANDIDATE, erasing.run, erasing.give_up)], _ERASURES_AT_ONCE),
        ]
        self._work = asyncio.get_running_loop().create_task(self._run(workers))

    def check_health(self) -> None:
        """Ray Serve calls this now and then; raises what ended the worker."""
        if self._work.done():
            self._work.result()
            raise RuntimeError("the job worker has ended")

    async def record_autoscaling_stats(self) -> dict[str, float]:
        """What Ray Serve's autoscaler is told."""
        return await forecast(self._database, self._booking)

    async def _run(self, workers: Sequence[JobWorker]) -> None:
        async with self._database, asyncio.TaskGroup() as group:
            for worker in workers:
                group.create_task(worker.run())
            group.create_task(keep_house(self._database))
            group.create_task(keep_retention(Retention(self._database, self._media), RetentionSettings()))

    async def _give_up(self, organisation_id: UUID, session_id: UUID, reason: str) -> None:
        async with self._database.transaction(organisation_id) as connection:
            if (await lock_session(connection, session_id)).state == "submitted":
                await move_session(connection, session_id, "attention", reason)
                SESSIONS_GIVEN_UP.inc()
