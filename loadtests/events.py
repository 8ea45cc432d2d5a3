"""A session's live events, as an enterprise that watches an interview receives them."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from httpx_sse import EventSource, aconnect_sse

from loadtests.patience import patiently
from loadtests.refused import Refused

# The front's pings come more often than this: a silence so long is a dead connection.
_SILENCE_S = 30.0
# What browsers wait, about (HTML Living Standard, 9.2.3: "probably in the region of a few seconds").
_RECONNECT_S = 1.0


@dataclass(frozen=True)
class LiveEvent:
    """One event: its kind and data as the API has them, when it was made, and when it came (`time.monotonic`)."""

    id: int
    kind: str
    data: dict[str, Any]
    created_at: datetime
    received_at: float


async def follow(
    url: str, key: str, session_id: str, after: int = 0, patience_s: float = 60.0
) -> AsyncIterator[LiveEvent]:
    """The events of a session with ids above `after`, as they come, without end.

    A lost connection is made again, and goes on after the last event that came. Raises Refused, or
    httpx.TransportError where no connection succeeds for `patience_s`.
    """
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=_SILENCE_S) as http:
        while True:
            async with AsyncExitStack() as stack:
                events = await patiently(patience_s, _connect, stack, http, session_id, after)
                with suppress(httpx.TransportError):
                    async for event in events.aiter_sse():
                        if not event.data:
                            continue  # the end of a ping, which the standard has no event for and httpx-sse has
                        after = int(event.id)
                        said = event.json()
                        created_at = datetime.fromisoformat(said["created_at"])
                        yield LiveEvent(after, event.event, said["data"], created_at, time.monotonic())
            await asyncio.sleep(_RECONNECT_S)


async def _connect(stack: AsyncExitStack, http: httpx.AsyncClient, session_id: str, after: int) -> EventSource:
    path, headers = f"/v1/sessions/{session_id}/events", {"Last-Event-ID": str(after)}
    events = await stack.enter_async_context(aconnect_sse(http, "GET", path, headers=headers))
    if events.response.is_error:
        await events.response.aread()
        raise Refused(events.response)
    return events
