"""How the front and the Processor reach the LiveAnalyst: apart from it, so that the front loads no models."""

import asyncio
from typing import Any, cast
from uuid import UUID

import structlog
from ray.exceptions import RayError
from ray.serve.exceptions import RayServeException
from ray.serve.handle import DeploymentHandle

from serving.unusable import Unusable
from storage.device_checks.records import CheckLanguage, PictureCheck, SpeechCheck
from storage.errors import Invalid, Unavailable
from storage.identity.records import FaceVerdict

_log = structlog.get_logger()

# How long the Processor waits for a take that is being finished live, before it does the work itself.
_SETTLE_WITHIN_S = 120.0
# How long a candidate waits for a part of their device check.
_CHECK_WITHIN_S = 15.0


class LiveHandle:
    """Calls the LiveAnalyst, each session on the replica that knows it. It is a cache: failing calls fail nothing."""

    def __init__(self, handle: DeploymentHandle[Any]) -> None:
        self._handle = handle

    async def tell(self, organisation_id: UUID, session_id: UUID, take_id: UUID) -> None:
        """A take has a new chunk or its end; nobody waits for the answer."""
        self._handle.options(session_id=str(session_id)).tell.remote(organisation_id, session_id, take_id)

    async def let_go(self, session_id: UUID) -> None:
        """Nothing of a session is wanted any more; nobody waits for the answer."""
        self._handle.options(session_id=str(session_id)).let_go.remote(session_id)

    async def compare(self, organisation_id: UUID, session_id: UUID, live: bytes, reference: bytes) -> FaceVerdict:
        """Whether two encoded pictures show the same person. Raises Unavailable while nobody can tell."""
        return cast(FaceVerdict, await self._check("compare", session_id, organisation_id, live, reference))

    async def look(self, organisation_id: UUID, session_id: UUID, picture: bytes) -> PictureCheck:
        """What a candidate's camera shows. Raises Invalid for what is no picture, Unavailable while nobody can look."""
        return cast(PictureCheck, await self._check("look", session_id, organisation_id, picture))

    async def hear(
        self, organisation_id: UUID, session_id: UUID, recording: bytes, language: CheckLanguage, expected: str
    ) -> SpeechCheck:
        """Whether a sentence read aloud is understood. Raises Invalid for what is no sound, Unavailable as `look`."""
        return cast(SpeechCheck, await self._check("hear", session_id, organisation_id, recording, language, expected))

    async def settle(self, session_id: UUID, take_id: UUID) -> None:
        """Wait for a take that is being finished live."""
        try:
            async with asyncio.timeout(_SETTLE_WITHIN_S):
                await self._handle.options(session_id=str(session_id)).settle.remote(take_id)
        except (RayError, RayServeException, TimeoutError) as error:
            _log.warning("live analysis not settled", take_id=str(take_id), error=type(error).__name__)

    async def _check(self, method: str, session_id: UUID, *arguments: Any) -> Any:
        try:
            async with asyncio.timeout(_CHECK_WITHIN_S):
                response = getattr(self._handle.options(session_id=str(session_id)), method).remote(*arguments)
                try:
                    return await response
                except asyncio.CancelledError:
                    response.cancel()  # who has gone needs no answer
                    raise
        except Unusable as error:
            raise Invalid(error.code, error.message) from None
        except (RayError, RayServeException, TimeoutError) as error:
            _log.warning("check failed", check=method, session_id=str(session_id), error=type(error).__name__)
            raise Unavailable("check-unavailable", "The check is busy at the moment: try again in a moment.") from error
