"""LiveAnalyst: follows takes while they grow. A cache by design: what it holds can be lost at any moment."""

import asyncio
from typing import Any
from uuid import UUID

import structlog
from ray.serve.handle import DeploymentHandle

from models.media.growing import MediaAborted
from models.speech.transcript import Language
from models.speech.vad import SileroVad
from serving import device_check
from serving.analysts import Analysts
from serving.face_check import check_face
from serving.live_take import LiveTake
from serving.log import configure_log
from serving.settings import ServingSettings
from serving.speakers import load_speakers
from storage.database import Database
from storage.device_checks.records import PictureCheck, SpeechCheck
from storage.identity.records import FaceVerdict
from storage.media.store import MediaStore
from storage.settings import StorageSettings

_log = structlog.get_logger()


class LiveAnalyst:
    """The takes of some sessions, each analysed in a task of its own; a session keeps to one replica."""

    def __init__(
        self, transcriber: DeploymentHandle[Any], face_analyst: DeploymentHandle[Any], scorer: DeploymentHandle[Any]
    ) -> None:
        configure_log()
        storage = StorageSettings()
        self._database = Database(storage)
        self._opening = asyncio.get_running_loop().create_task(self._database.pool.open())
        self._media = MediaStore(storage)
        self._analysts = Analysts(transcriber, face_analyst, scorer)
        self._vad, self._encoder = SileroVad(), load_speakers()
        self._settings = ServingSettings()
        self._takes: dict[UUID, tuple[LiveTake, asyncio.Task[None]]] = {}

    async def tell(self, organisation_id: UUID, session_id: UUID, take_id: UUID) -> None:
        """A take has a new chunk or its end."""
        await self._opening
        known = self._takes.get(take_id)
        if known is None:
            take = LiveTake(
                organisation_id,
                session_id,
                take_id,
                self._database,
                self._media,
                self._analysts,
                self._vad,
                self._encoder,
                self._settings,
            )
            task = asyncio.create_task(take.run())
            task.add_done_callback(lambda done: self._ended(take_id, done))
            self._takes[take_id] = (take, task)
        else:
            known[0].wake()

    async def settle(self, take_id: UUID) -> None:
        """Return once nothing more is to be expected of a take here."""
        known = self._takes.get(take_id)
        if known is not None:
            await asyncio.wait([known[1]])

    async def let_go(self, session_id: UUID) -> None:
        """Stop the analysis of a session's takes: its candidate has withdrawn."""
        for take, task in list(self._takes.values()):
            if take.session_id == session_id:
                task.cancel()

    async def compare(self, organisation_id: UUID, live: bytes, reference: bytes) -> FaceVerdict:
        """Whether two encoded pictures show the same person. Raises Unavailable."""
        return await check_face(self._analysts.on_behalf_of(organisation_id), live, reference)

    async def look(self, organisation_id: UUID, picture: bytes) -> PictureCheck:
        """What a candidate's camera shows. Raises Unusable."""
        return await device_check.look(picture, self._analysts.on_behalf_of(organisation_id))

    async def hear(self, organisation_id: UUID, recording: bytes, language: Language, expected: str) -> SpeechCheck:
        """Whether a sentence read aloud is understood. Raises Unusable."""
        analysts = self._analysts.on_behalf_of(organisation_id)
        return await device_check.hear(recording, language, expected, analysts, self._vad)

    async def record_autoscaling_stats(self) -> dict[str, float]:
        """What Ray Serve's autoscaler is told."""
        return {"takes": float(len(self._takes))}

    def _ended(self, take_id: UUID, task: "asyncio.Task[None]") -> None:
        del self._takes[take_id]
        error = None if task.cancelled() else task.exception()
        # A take that was abandoned, or fell silent, is let go.
        if error is not None and not isinstance(error, MediaAborted | TimeoutError):
            _log.warning("live analysis ended early", take_id=str(take_id), exc_info=error)
