"""The front alone, for browsers: the real application over real storage, listening on a port, with scripted engines."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from frontends.app import create_app
from frontends.limits import RateLimits
from frontends.services import Services
from frontends.settings import FrontSettings
from storage.database import Database
from storage.device_checks.records import CheckLanguage, PictureCheck, PictureVerdict, SpeechCheck, SpeechVerdict
from storage.events.listener import EventListener
from storage.identity.records import FaceVerdict, Verdict
from storage.keys.transactions import create_organisation_key
from storage.media.store import MediaStore
from storage.settings import StorageSettings
from storage.webhooks.settings import WebhookSettings
from storage.webhooks.targets import TargetRules


@dataclass
class ScriptedLive:
    """Nobody follows takes; what is asked is answered as `picture`, `heard` and `face` say: at first, all is well."""

    told: list[UUID] = field(default_factory=list)
    picture: PictureVerdict = "good"
    heard: SpeechVerdict = "good"
    face: Verdict = "match"

    async def tell(self, organisation_id: UUID, session_id: UUID, take_id: UUID) -> None:
        self.told.append(take_id)

    async def let_go(self, session_id: UUID) -> None:
        return None

    async def look(self, organisation_id: UUID, session_id: UUID, picture: bytes) -> PictureCheck:
        assert picture.startswith(b"\xff\xd8"), "the page sent no JPEG"
        return PictureCheck(faces=0 if self.picture == "no_face" else 1, verdict=self.picture, brightness=0.5)

    async def hear(
        self, organisation_id: UUID, session_id: UUID, recording: bytes, language: CheckLanguage, expected: str
    ) -> SpeechCheck:
        text, agreement = (expected, 1.0) if self.heard == "good" else ("", 0.0)
        return SpeechCheck(text=text, expected=expected, agreement=agreement, seconds=3.0, verdict=self.heard)

    async def compare(self, organisation_id: UUID, session_id: UUID, live: bytes, reference: bytes) -> FaceVerdict:
        return FaceVerdict(self.face, "same_person" if self.face == "match" else "another_person", "scripted")


@dataclass(frozen=True)
class Exchange:
    """One request that reached the front, and how many bytes went each way in bodies."""

    method: str
    path: str
    query: str
    content_type: str
    status: int
    received: int
    sent: int


@dataclass
class LightFront:
    """A running front. `exchanges` grows by each request when its answer is over; streams are there while they last."""

    url: str
    s3_url: str
    live: ScriptedLive
    storage: StorageSettings
    exchanges: list[Exchange]

    def new_key(self, organisation: str) -> str:
        """An API key of a new organisation."""

        async def create() -> str:
            async with Database(self.storage) as database:
                return (await create_organisation_key(database, organisation, "browser"))[1]

        return _alone(create())


def _alone(coroutine: Any) -> Any:
    """The coroutine's result, from a thread of its own: Playwright's loop runs in the test's."""
    result: list[Any] = []
    thread = threading.Thread(target=lambda: result.append(asyncio.run(coroutine)))
    thread.start()
    thread.join()
    return result[0]


@contextmanager
def light_front(storage: StorageSettings) -> Iterator[LightFront]:
    """A front on a free port of this machine."""
    live, exchanges = ScriptedLive(), list[Exchange]()

    async def healthy() -> dict[str, bool]:
        return {}

    services = Services(
        Database(storage),
        MediaStore(storage),
        EventListener(storage),
        healthy,
        live,
        RateLimits(FrontSettings()),
        None,
        TargetRules(WebhookSettings()),
    )
    counted = _Counting(create_app(services), exchanges)
    config = uvicorn.Config(counted, "127.0.0.1", 0, log_level="warning", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="light front")
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the front did not start"
            threading.Event().wait(0.05)
        port = server.servers[0].sockets[0].getsockname()[1]
        s3_url = storage.s3_public_url or storage.s3_url
        yield LightFront(f"http://127.0.0.1:{port}", s3_url, live, storage, exchanges)
    finally:
        server.should_exit = True
        thread.join(30)


class _Counting:
    """Notes each HTTP exchange of an application."""

    def __init__(self, app: ASGIApp, exchanges: list[Exchange]) -> None:
        self._app, self._exchanges = app, exchanges

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        received = sent = status = 0

        async def counted_receive() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            return message

        async def counted_send(message: Message) -> None:
            nonlocal sent, status
            status = message.get("status", status)
            sent += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, counted_receive, counted_send)
        finally:
            kind = dict(scope["headers"]).get(b"content-type", b"").decode()
            query = scope["query_string"].decode()
            self._exchanges.append(Exchange(scope["method"], scope["path"], query, kind, status, received, sent))
