"""How the front and the Processor reach the LiveAnalyst: apart from it, so that the front loads no models."""

import asyncio
from typing import Any
from uuid import UUID

import structlog
from ray.exceptions import RayError
from ray.serve.exceptions import RayServeException
from ray.serve.handle import DeploymentHandle

_log = structlog.get_logger()

# How long the Processor waits for a take that is being finished live, before it does the work itself.
_SETTLE_WITHIN_S = 120.0


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

    async def settle(self, session_id: UUID, take_id: UUID) -> None:
        """Wait for a take that is being finished live."""
        try:
            async with asyncio.timeout(_SETTLE_WITHIN_S):
                await self._handle.options(session_id=str(session_id)).settle.remote(take_id)
        except (RayError, RayServeException, TimeoutError) as error:
            _log.warning("live analysis not settled", take_id=str(take_id), error=type(error).__name__)
