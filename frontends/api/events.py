"""A session's events over HTTP, as they happen (Server-Sent Events)."""

import asyncio
from collections.abc import AsyncIterator

from pydantic import BaseModel, ConfigDict, Field
from sse_starlette import EventSourceResponse, ServerSentEvent

from frontends.api.operation import Call, Operation
from frontends.problems import ProblemError
from storage.events.records import Event
from storage.events.transactions import events_after
from storage.sessions.transactions import get_session

# Without a notification for this long, look all the same: a notification can be lost with its connection.
_LOOK_AGAIN_S = 15.0


class EventStreamQuery(BaseModel):
    """How events are read."""

    model_config = ConfigDict(extra="forbid")

    follow: bool = Field(
        default=True,
        description="false: the answer ends with the newest event, as is needed behind a proxy that holds answers back",
    )


async def stream_events(call: Call) -> EventSourceResponse:
    session_id = call.path_id("session_id")
    last = _last_event_id(call)
    async with call.transaction() as connection:
        await get_session(connection, session_id)

    async def events() -> AsyncIterator[ServerSentEvent]:
        after = last
        with call.services.events.waiting(session_id) as woken:
            while True:
                woken.clear()
                async with call.transaction() as connection:
                    found = await events_after(connection, session_id, after)
                for event in found:
                    after = event.id
                    yield ServerSentEvent(data=event.model_dump_json(), event=event.kind, id=str(event.id))
                if not found:
                    if not call.query.follow:
                        return
                    try:
                        await asyncio.wait_for(woken.wait(), _LOOK_AGAIN_S)
                    except TimeoutError:
                        continue

    return EventSourceResponse(events(), ping=10)


def _last_event_id(call: Call) -> int:
    value = call.request.headers.get("Last-Event-ID", "0")
    if not value.isascii() or not value.isdigit() or len(value) > 18:
        raise ProblemError(422, "invalid-request", "Last-Event-ID must be the id of an event.")
    return int(value)


OPERATIONS = [
    Operation(
        "GET",
        "/v1/sessions/{session_id:uuid}/events",
        "Follow a session live; replay after the event named in Last-Event-ID",
        stream_events,
        Event,
        scope="sessions:read",
        for_candidates=True,
        query=EventStreamQuery,
        own_transactions=True,
        content_type="text/event-stream",
    ),
]
