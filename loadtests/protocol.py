"""The requests by which a candidate's recording reaches Parley: each method is one request of API v1, or one to S3."""

import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx

from loadtests.chunks import Chunk
from loadtests.record import Call, CallName
from loadtests.refused import Refused

Json = dict[str, Any]


class Protocol:
    """Speaks with one key over `http`, whose base URL is the front's, and tells `on_call` of every request.

    Every method raises Refused where the server refuses, httpx.TransportError where it can't be reached.
    """

    def __init__(self, http: httpx.AsyncClient, key: str, on_call: Callable[[Call], None]) -> None:
        self._http = http
        # Only the front gets the key: S3 refuses a presigned request that carries another authorization.
        self._authorization = {"Authorization": f"Bearer {key}"}
        self._on_call = on_call

    async def start_take(self, session_id: str, question: int, content_type: str) -> Json:
        """Begin a take that comes in chunks; an unfinished one of the same answer is abandoned."""
        path = f"/v1/sessions/{session_id}/answers/{question}/takes"
        return await self._ask("start take", "POST", path, {"content_type": content_type})

    async def announce(self, take_id: str, chunk: Chunk) -> Json:
        """Announce a chunk; returns a fresh upload for it."""
        body = {"number": chunk.number, **chunk.named}
        announced = await self._ask("announce chunk", "POST", f"/v1/takes/{take_id}/chunks", body)
        upload: Json = announced["upload"]
        return upload

    async def upload(self, upload: Json, size: int, body: bytes | AsyncIterator[bytes]) -> None:
        """Put a chunk of `size` bytes straight to S3."""
        request = self._http.build_request(upload["method"], upload["url"], headers=upload["headers"], content=body)
        await self._send("upload chunk", request, size)

    async def complete(self, take_id: str, chunk: Chunk) -> Json:
        """Say that a chunk is uploaded; the answer acknowledges it."""
        return await self._ask(
            "complete chunk", "POST", f"/v1/takes/{take_id}/chunks/{chunk.number}/complete", chunk.named
        )

    async def stored(self, take_id: str) -> set[int]:
        """The numbers of the acknowledged chunks."""
        listed = await self._ask("list chunks", "GET", f"/v1/takes/{take_id}/chunks")
        return set(listed["stored"])

    async def finish(self, take_id: str, chunks: int, accept_gaps: bool) -> Json:
        """End a take of `chunks` chunks; Refused `chunks-missing` unless all are stored or gaps are accepted."""
        body = {"chunks": chunks, "accept_gaps": accept_gaps}
        return await self._ask("finish take", "POST", f"/v1/takes/{take_id}/finish", body)

    async def submit(self, session_id: str, choices: Json) -> Json:
        """Submit the session."""
        return await self._ask("submit", "POST", f"/v1/sessions/{session_id}/submit", choices)

    async def _ask(self, name: CallName, method: str, path: str, body: Json | None = None) -> Json:
        request = self._http.build_request(method, path, json=body, headers=self._authorization)
        answer: Json = (await self._send(name, request)).json()
        return answer

    async def _send(self, name: CallName, request: httpx.Request, media_bytes: int = 0) -> httpx.Response:
        began = time.monotonic()
        try:
            response = await self._http.send(request)
            if response.is_error:
                raise Refused(response)
        except (httpx.TransportError, Refused) as error:
            self._on_call(Call(name, began, time.monotonic() - began, error=error))
            raise
        self._on_call(Call(name, began, time.monotonic() - began, media_bytes))
        return response
