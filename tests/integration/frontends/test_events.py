"""Live events: in order, as they happen, and replayed from any of them on."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import uvicorn

from frontends.app import create_app
from frontends.services import Services
from storage.events.transactions import record_event
from storage.keys.transactions import actor_of_key, create_organisation_key

pytestmark = pytest.mark.integration


@pytest.fixture
async def server(services: Services) -> AsyncIterator[str]:
    """A real HTTP server: an in-process transport would hand over no unfinished response."""
    server = uvicorn.Server(uvicorn.Config(create_app(services), port=0, lifespan="off", log_level="error"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    server.force_exit = True
    await task


async def read(lines: AsyncIterator[str], count: int) -> list[dict[str, Any]]:
    """The next events of a stream."""
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(10):
        async for line in lines:
            if line.startswith("data: "):
                found.append(json.loads(line.removeprefix("data: ")))
                if len(found) == count:
                    break
    return found


async def test_events_come_as_they_happen_and_are_replayed(
    api: httpx.AsyncClient, server: str, session: dict[str, Any], services: Services
) -> None:
    organisation_id = (await actor_of_key(services.database, api.headers["Authorization"].split()[1])).organisation_id
    session_id, url = UUID(session["id"]), f"{server}/v1/sessions/{session['id']}/events"
    await api.post(f"/v1/sessions/{session_id}/answers/1/takes", json={"content_type": "video/webm"})
    async with httpx.AsyncClient(headers=api.headers) as client:
        async with client.stream("GET", url) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            lines = stream.aiter_lines()
            state, take = await read(lines, 2)
            assert (state["kind"], state["data"]) == ("state", {"state": "answering"})
            assert (take["kind"], take["data"]["state"]) == ("take", "recording")
            async with services.database.transaction(organisation_id) as connection:
                await record_event(connection, session_id, "transcript", {"text": "你好"})
            [said] = await read(lines, 1)
            assert said["data"] == {"text": "你好"}
        async with client.stream("GET", url, headers={"Last-Event-ID": str(state["id"])}) as stream:
            assert [event["id"] for event in await read(stream.aiter_lines(), 2)] == [take["id"], said["id"]]


async def test_what_there_is_can_be_read_without_following(api: httpx.AsyncClient, session: dict[str, Any]) -> None:
    path = f"/v1/sessions/{session['id']}/events"
    await api.post(f"/v1/sessions/{session['id']}/answers/1/takes", json={"content_type": "video/webm"})
    async with asyncio.timeout(10):
        read_whole = await api.get(path, params={"follow": "false"})
    events = [json.loads(line[6:]) for line in read_whole.text.splitlines() if line.startswith("data: ")]
    assert [event["kind"] for event in events] == ["state", "take"]
    newest = {"Last-Event-ID": str(events[-1]["id"])}
    assert "data: " not in (await api.get(path, params={"follow": "false"}, headers=newest)).text
    refused = await api.get(path, params={"follow": "now and then"})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-request")


async def test_another_organisation_hears_nothing(
    api: httpx.AsyncClient, session: dict[str, Any], services: Services
) -> None:
    _, key = await create_organisation_key(services.database, f"organisation {uuid4()}", "test")
    path = f"/v1/sessions/{session['id']}/events"
    other = await api.get(path, headers={"Authorization": f"Bearer {key}"})
    assert (other.status_code, other.json()["code"]) == (404, "session-not-found")


async def test_a_last_event_id_that_is_none_is_refused(api: httpx.AsyncClient, session: dict[str, Any]) -> None:
    refused = await api.get(f"/v1/sessions/{session['id']}/events", headers={"Last-Event-ID": "x"})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-request")
