"""One request to an ASGI application in this process; of an answer that never ends, its beginning."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.types import ASGIApp, Message


@dataclass(frozen=True)
class Answer:
    """An answer; of an event stream, its first part."""

    status: int
    headers: dict[str, str]
    body: bytes


async def call(
    app: ASGIApp,
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes = b"",
    query: Mapping[str, str] | None = None,
    cut_off: bool = False,
) -> Answer:
    """What the application answers; cut_off: the caller goes when `body` is sent, though more is to come.

    Raises what the application raises, TimeoutError after 20 s.
    """
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": urlencode(query or {}).encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        + [(b"host", b"parley")],
        "client": ("127.0.0.1", 50_000),
        "server": ("parley", 80),
    }
    sent, enough = list[Message](), asyncio.Event()
    requests = iter([{"type": "http.request", "body": body, "more_body": cut_off}])

    async def receive() -> Message:
        for message in requests:
            return message
        if not cut_off:
            await enough.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)
        is_stream = b"text/event-stream" in dict(sent[0]["headers"]).get(b"content-type", b"")
        if message["type"] == "http.response.body" and (is_stream or not message.get("more_body", False)):
            enough.set()

    async with asyncio.timeout(20):
        await app(scope, receive, send)
    start, *parts = sent
    return Answer(
        start["status"],
        {name.decode(): value.decode() for name, value in start["headers"]},
        b"".join(part.get("body", b"") for part in parts),
    )
