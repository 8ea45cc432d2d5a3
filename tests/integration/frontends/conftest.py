"""The front over real storage, and an enterprise that calls it."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from api_bodies import interview_body

from frontends.app import create_app
from frontends.limits import RateLimits
from frontends.services import Services
from frontends.settings import FrontSettings
from storage.database import Database
from storage.device_checks.records import CheckLanguage, PictureCheck, SpeechCheck
from storage.errors import Invalid, Unavailable
from storage.events.listener import EventListener
from storage.identity.records import FaceVerdict
from storage.keys.transactions import create_organisation_key
from storage.media.store import MediaStore
from storage.settings import StorageSettings
from storage.webhooks.settings import WebhookSettings
from storage.webhooks.targets import TargetRules


class Nobody:
    """Nobody follows the takes; which sessions were let go is kept."""

    def __init__(self, let_gone: list[UUID]) -> None:
        self.let_gone = let_gone

    async def tell(self, organisation_id: UUID, session_id: UUID, take_id: UUID) -> None:
        return None

    async def let_go(self, session_id: UUID) -> None:
        self.let_gone.append(session_id)

    async def look(self, organisation_id: UUID, session_id: UUID, picture: bytes) -> PictureCheck:
        """A picture shows as many faces as it has bytes 0xff; one that says busy meets busy engines."""
        if picture == b"busy":
            raise Unavailable("check-unavailable", "The check is busy at the moment: try again in a moment.")
        if not picture:
            raise Invalid("picture-unreadable", "This is not a JPEG picture that a camera takes.")
        faces = picture.count(0xFF)
        return PictureCheck(faces=faces, verdict="good" if faces == 1 else "several_faces", brightness=0.5)

    async def hear(
        self, organisation_id: UUID, session_id: UUID, recording: bytes, language: CheckLanguage, expected: str
    ) -> SpeechCheck:
        """What a recording's bytes say."""
        text = recording.decode()
        found = 1.0 if text == expected else 0.0
        return SpeechCheck(
            text=text, expected=expected, agreement=found, seconds=1.0, verdict="good" if found else "unclear"
        )

    async def compare(self, organisation_id: UUID, session_id: UUID, live: bytes, reference: bytes) -> FaceVerdict:
        """The same picture shows the same person, another another; one byte less of it, and nobody can tell."""
        if live == reference:
            return FaceVerdict("match", "same_person", "bytes 1")
        if live[:-1] == reference:
            return FaceVerdict("unsure", "too_close", "bytes 1")
        return FaceVerdict("no_match", "another_person", "bytes 1")


async def _healthy() -> dict[str, bool]:
    return {"Transcriber": True}


@pytest.fixture
def let_gone() -> list[UUID]:
    """The sessions that the front let go."""
    return []


@pytest.fixture
async def services(storage_settings: StorageSettings, let_gone: list[UUID]) -> AsyncIterator[Services]:
    async with Database(storage_settings) as database, EventListener(storage_settings) as events:
        limits, targets = RateLimits(FrontSettings()), TargetRules(WebhookSettings())
        media = MediaStore(storage_settings)
        yield Services(database, media, events, _healthy, Nobody(let_gone), limits, None, targets)


@pytest.fixture
async def api(
    services: Services, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path_factory.mktemp("metrics")))
    _, key = await create_organisation_key(services.database, f"organisation {uuid4()}", "test")
    transport = httpx.ASGITransport(create_app(services), raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://parley", headers={"Authorization": f"Bearer {key}"}
    ) as client:
        yield client


async def new_session(api: httpx.AsyncClient) -> dict[str, Any]:
    position = (await api.post("/v1/positions", json={"title": "Team lead"})).json()
    interview = (await api.post("/v1/interviews", json=interview_body(position["id"]))).json()
    candidate = (await api.post("/v1/candidates", json={"name": "Ada", "email": "ada@example.org"})).json()
    created = await api.post("/v1/sessions", json={"interview_id": interview["id"], "candidate_id": candidate["id"]})
    assert created.status_code == 201
    session: dict[str, Any] = created.json()
    return session


@pytest.fixture
async def session(api: httpx.AsyncClient) -> dict[str, Any]:
    return await new_session(api)
