"""A front that speaks the chunk protocol, and its S3, in memory behind a loopback port of this process.

It has the routes, codes and rules of the real one as far as a candidate meets them, and notes what it saw.
"""

import asyncio
import hashlib
import json
import socket
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

KEY = "a-key"


@dataclass
class FakeTake:
    """A take: chunks as announced (number -> size and SHA-256), as S3 has them, and as acknowledged, in that order."""

    session: str
    question: int
    announced: dict[int, dict[str, Any]] = field(default_factory=dict)
    uploaded: dict[int, bytes] = field(default_factory=dict)
    acknowledged: list[int] = field(default_factory=list)
    chunks: int | None = None
    gaps: list[int] = field(default_factory=list)
    state: str = "recording"

    def recording(self) -> bytes:
        return b"".join(self.uploaded[number] for number in sorted(self.uploaded))


class FakeFront:
    """Serves within an `async with` block.

    overload: by route name ("announce", "upload", ...), answers to give instead, in turn: (status, Retry-After in
    seconds). events_per_connection: a connection is lost after so many.
    """

    def __init__(self) -> None:
        self.takes: list[FakeTake] = []
        self.submitted: list[str] = []
        self.seen: Counter[str] = Counter()
        self.seen_at: defaultdict[str, list[float]] = defaultdict(list)
        self.broken_uploads = 0
        self.most_takes = 2
        self.overload: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        take = "/v1/takes/{take:int}"
        self.events: list[dict[str, Any]] = []
        self.events_per_connection = 1_000
        self._app = Starlette(
            routes=[
                self._route("GET", "/healthz", "health", self._health),
                self._route("POST", "/v1/positions", "create", self._create),
                self._route("POST", "/v1/interviews", "create", self._create),
                self._route("POST", "/v1/candidates", "create", self._create),
                self._route("POST", "/v1/sessions", "create", self._create),
                self._route("GET", "/v1/sessions/{session}/report", "report", self._report),
                self._route("POST", "/v1/sessions/{session}/answers/{question:int}/takes", "start", self._start),
                self._route("POST", f"{take}/chunks", "announce", self._announce),
                self._route("GET", f"{take}/chunks", "list", self._list),
                self._route("POST", f"{take}/chunks/{{number:int}}/complete", "complete", self._complete),
                self._route("POST", f"{take}/finish", "finish", self._finish),
                self._route("POST", "/v1/sessions/{session}/submit", "submit", self._submit),
                self._route("GET", "/v1/sessions/{session}/events", "events", self._events),
                self._route("PUT", "/s3/{take:int}/{number:int}", "upload", self._upload),
            ],
            exception_handlers={HTTPException: _problem},
        )

    async def __aenter__(self) -> Self:
        # asyncio turns Nagle's delays off only where the socket says that it is TCP.
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        # Served within the test's own loop; `serve` would take the signal handlers.
        self._server = uvicorn.Server(uvicorn.Config(self._app, log_level="warning", lifespan="off"))
        self._serving = asyncio.create_task(self._server._serve([listening]))
        while not self._server.started:
            await asyncio.sleep(0.01)
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._server.should_exit = True
        await self._serving

    def _route(self, method: str, path: str, name: str, handle: Callable[[Request], Awaitable[Response]]) -> Route:
        async def handled(request: Request) -> Response:
            self.seen[name] += 1
            self.seen_at[name].append(asyncio.get_running_loop().time())
            if name == "upload":
                assert "authorization" not in request.headers
            elif request.headers["authorization"] != f"Bearer {KEY}":
                raise HTTPException(401, "unauthenticated")
            if self.overload[name]:
                status, retry_after = self.overload[name].pop(0)
                raise HTTPException(status, "overloaded", {"Retry-After": str(retry_after)})
            return await handle(request)

        return Route(path, handled, methods=[method])

    async def _health(self, _: Request) -> Response:
        return JSONResponse({"alive": True})

    async def _create(self, request: Request) -> Response:
        return JSONResponse({**await request.json(), "id": str(self.seen["create"])}, 201)

    async def _report(self, request: Request) -> Response:
        if request.path_params["session"] not in self.submitted:
            raise HTTPException(409, "session-not-submitted")
        return JSONResponse({"answers": []})

    async def _start(self, request: Request) -> Response:
        question = request.path_params["question"]
        assert await request.json() == {"content_type": "video/webm"}
        session = request.path_params["session"]
        earlier = [take for take in self.takes if (take.session, take.question) == (session, question)]
        if sum(take.state == "stored" for take in earlier) >= self.most_takes:
            raise HTTPException(409, "no-takes-left")
        for take in earlier:
            take.state = "abandoned" if take.state == "recording" else take.state
        self.takes.append(FakeTake(session, question))
        return JSONResponse({"id": str(len(self.takes) - 1), "number": len(earlier) + 1, "state": "recording"}, 201)

    async def _announce(self, request: Request) -> Response:
        take, body = self._take(request), await request.json()
        if take.state == "abandoned":
            raise HTTPException(409, "take-abandoned")
        number = body.pop("number")
        if number in take.acknowledged and take.announced[number] != body:
            raise HTTPException(409, "chunk-differs")
        take.announced[number] = body
        upload = {
            "method": "PUT",
            "url": f"{self.url}/s3/{request.path_params['take']}/{number}",
            "headers": {"Content-Type": "video/webm", "Content-Length": str(body["size"])},
        }
        return JSONResponse({"number": number, "upload": upload}, 201)

    async def _upload(self, request: Request) -> Response:
        take, number = self._take(request), request.path_params["number"]
        try:
            body = await request.body()
        except ClientDisconnect:
            self.broken_uploads += 1
            return Response(status_code=400)  # nobody is there to get it
        if _named(body) != take.announced[number]:
            raise HTTPException(400, "BadDigest")
        take.uploaded[number] = body
        return Response()

    async def _complete(self, request: Request) -> Response:
        take, number, body = self._take(request), request.path_params["number"], await request.json()
        if number not in take.uploaded:
            raise HTTPException(409, "upload-missing")
        assert body == take.announced[number]
        if number not in take.acknowledged:
            take.acknowledged.append(number)
        return JSONResponse({"number": number, **body, "stored_at": "2026-01-01T00:00:00Z"})

    async def _list(self, request: Request) -> Response:
        take = self._take(request)
        end = take.chunks or max(take.announced, default=-1) + 1
        missing = sorted(set(range(end)) - set(take.acknowledged))
        return JSONResponse({"stored": sorted(take.acknowledged), "missing": missing})

    async def _finish(self, request: Request) -> Response:
        take, body = self._take(request), await request.json()
        missing = sorted(set(range(body["chunks"])) - set(take.acknowledged))
        if take.state != "stored":
            if missing and not body["accept_gaps"]:
                raise HTTPException(409, "chunks-missing")
            take.state, take.chunks, take.gaps = "stored", body["chunks"], missing
        return JSONResponse({"id": request.path_params["take"], "state": take.state})

    async def _submit(self, request: Request) -> Response:
        self.submitted.append(request.path_params["session"])
        return JSONResponse({"state": "submitted"}, 202)

    async def _events(self, request: Request) -> Response:
        last = int(request.headers["last-event-id"])

        async def stream() -> AsyncIterator[str]:
            found = [event for event in self.events if event["id"] > last]
            for event in found[: self.events_per_connection]:
                yield f": ping\n\nid: {event['id']}\nevent: {event['kind']}\ndata: {json.dumps(event)}\n\n"
            raise ClientDisconnect  # in the middle of the answer

        return StreamingResponse(stream(), media_type="text/event-stream")

    def _take(self, request: Request) -> FakeTake:
        return self.takes[request.path_params["take"]]


async def _problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    body = {"code": error.detail, "detail": error.detail, "status": error.status_code}
    return JSONResponse(body, error.status_code, error.headers, media_type="application/problem+json")


def _named(body: bytes) -> dict[str, Any]:
    return {"size": len(body), "sha256": hashlib.sha256(body).hexdigest()}
