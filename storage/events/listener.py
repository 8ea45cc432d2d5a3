"""Wake whoever waits for a session's next event: one listening connection for a whole process."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Self
from uuid import UUID

import psycopg
import structlog

from storage.settings import StorageSettings

_log = structlog.get_logger()
_RECONNECT_AFTER_S = 1.0


class EventListener:
    """Within an `async with` block, listens to Postgres' notifications; a lost connection is made anew."""

    def __init__(self, settings: StorageSettings) -> None:
        self._url = settings.database_url.get_secret_value()
        self._waiting: dict[UUID, set[asyncio.Event]] = defaultdict(set)

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    @contextmanager
    def waiting(self, session_id: UUID) -> Iterator[asyncio.Event]:
        """An asyncio.Event that is set whenever the session may have new events; its holder clears it."""
        woken = asyncio.Event()
        self._waiting[session_id].add(woken)
        try:
            yield woken
        finally:
            self._waiting[session_id].discard(woken)
            if not self._waiting[session_id]:
                del self._waiting[session_id]

    async def _listen(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
                    await connection.execute(b"LISTEN parley_events")
                    # What was told while nobody listened is unknown: let everybody look.
                    self._wake(*self._waiting)
                    async for notification in connection.notifies():
                        self._wake(UUID(notification.payload))
            except psycopg.OperationalError as error:
                _log.warning("events unreachable, listening anew", error=type(error).__name__)
            await asyncio.sleep(_RECONNECT_AFTER_S)

    def _wake(self, *sessions: UUID) -> None:
        for session_id in sessions:
            for woken in self._waiting.get(session_id, ()):
                woken.set()
