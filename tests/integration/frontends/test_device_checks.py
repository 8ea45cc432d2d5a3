"""The device check over HTTP: samples are looked at within bounds, what is reported is kept, and nothing else is."""

import hashlib
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from api_bodies import interview_body

from frontends.services import Services
from storage.device_checks.records import MAX_PICTURE_BYTES, MAX_PROBE_BYTES, MAX_SPEECH_BYTES, probe_key
from storage.errors import Unavailable
from storage.media.removal import stored_versions
from storage.media.store import MediaStore
from storage.sessions.transactions import move_session, withdraw_session

pytestmark = pytest.mark.integration

REPORT = {"latency_ms": 41.5, "upload_kbps": 2300, "quality": "high", "camera": "good", "microphone": "unclear",
          "browser": "Firefox 140"}  # fmt: skip
PROBE = b"p" * 1000


class Page:
    """What a candidate's page asks, with the candidate's token."""

    def __init__(self, api: httpx.AsyncClient, invitation: dict[str, Any]) -> None:
        self._api, self.token = api, {"Authorization": f"Bearer {invitation['token']}"}
        self.session_id = UUID(invitation["session_id"])
        self._session = f"/v1/sessions/{self.session_id}"

    async def get(self, path: str) -> httpx.Response:
        return await self._api.get(f"{self._session}/{path}", headers=self.token)

    async def post(self, path: str, body: Any = None) -> httpx.Response:
        return await self._api.post(f"{self._session}/{path}", headers=self.token, json=body)

    async def send(self, path: str, content_type: str, body: bytes) -> httpx.Response:
        headers = self.token | {"Content-Type": content_type}
        return await self._api.post(f"{self._session}/{path}", headers=headers, content=body)

    async def picture(self, body: bytes, content_type: str = "image/jpeg") -> httpx.Response:
        return await self.send("device-check/picture", content_type, body)

    async def speech(self, body: bytes, language: str = "en", content_type: str = "audio/webm") -> httpx.Response:
        return await self.send(f"device-check/speech?language={language}", content_type, body)

    async def open(self) -> None:
        assert (await self.post("device", {"device_id": "some-device"})).status_code == 200

    async def consent(self, choice: str = "accept") -> None:
        notice = (await self.get("notice")).json()
        body = {"language": notice["language"], "notice_sha256": notice["sha256"], "choice": choice}
        assert (await self.post("consents", body)).status_code == 201

    async def upload_probe(self, body: bytes = PROBE) -> None:
        announced = {"size": len(body), "sha256": hashlib.sha256(body).hexdigest()}
        upload = (await self.post("device-check/upload", announced)).json()
        async with httpx.AsyncClient() as s3:
            sent = await s3.request(upload["method"], upload["url"], headers=upload["headers"], content=body)
        assert sent.status_code == 200, sent.text


async def invited(api: httpx.AsyncClient, **changes: Any) -> Page:
    position = (await api.post("/v1/positions", json={"title": "Team lead"})).json()
    interview = (await api.post("/v1/interviews", json=interview_body(position["id"], **changes))).json()
    body = {"candidate": {"name": "Ada", "email": "ada@example.org"}, "channel": "link"}
    invitation = await api.post(f"/v1/interviews/{interview['id']}/invitations", json=body)
    assert invitation.status_code == 201, invitation.text
    return Page(api, invitation.json())


@pytest.fixture
async def page(api: httpx.AsyncClient) -> Page:
    """The page of a candidate who has opened their interview."""
    page = await invited(api)
    await page.open()
    return page


def refused(response: httpx.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json", response.text
    return response.status_code, response.json()["code"]


async def test_a_picture_is_looked_at(page: Page) -> None:
    looked = await page.picture(b"\xff")
    assert (looked.status_code, looked.json()) == (200, {"faces": 1, "verdict": "good", "brightness": 0.5})
    assert (await page.picture(b"\xff\xff")).json()["verdict"] == "several_faces"


async def test_a_sentence_is_told_and_compared_with_what_is_heard(page: Page) -> None:
    for language in ("en", "zh"):
        sentence = (await page.get(f"device-check/sentence?language={language}")).json()["text"]
        assert sentence == (await page.get(f"device-check/sentence?language={language}")).json()["text"]
        heard = (await page.speech(sentence.encode(), language)).json()
        assert (heard["expected"], heard["text"], heard["verdict"]) == (sentence, sentence, "good")
        assert (await page.speech(b"nothing", language)).json()["verdict"] == "unclear"


async def test_samples_have_bounds(page: Page) -> None:
    assert (await page.picture(b"\xff" * MAX_PICTURE_BYTES)).status_code == 200
    assert refused(await page.picture(b"\xff" * (MAX_PICTURE_BYTES + 1))) == (413, "body-too-large")
    assert refused(await page.picture(b"\xff", "image/png")) == (415, "content-type-unknown")
    assert (await page.speech(b"a" * MAX_SPEECH_BYTES, content_type="audio/webm;codecs=opus")).status_code == 200
    assert refused(await page.speech(b"a" * (MAX_SPEECH_BYTES + 1))) == (413, "body-too-large")
    assert refused(await page.speech(b"a", content_type="audio/midi")) == (415, "content-type-unknown")
    assert refused(await page.speech(b"a", "fr")) == (422, "invalid-request")
    assert refused(await page.get("device-check/sentence")) == (422, "invalid-request")


async def test_what_is_no_sample_and_busy_engines_are_told_apart(page: Page) -> None:
    assert refused(await page.picture(b"")) == (422, "picture-unreadable")
    busy = await page.picture(b"busy")
    assert refused(busy) == (503, "check-unavailable")
    assert int(busy.headers["retry-after"]) >= 1


async def test_engines_are_asked_only_so_often(page: Page, api: httpx.AsyncClient) -> None:
    answers = [(await page.speech(b"hello")).status_code for _ in range(21)]
    assert answers == [200] * 20 + [429]
    limited = await page.speech(b"hello")
    assert refused(limited) == (429, "rate-limited")
    assert int(limited.headers["retry-after"]) >= 1
    assert [(await page.picture(b"\xff")).status_code for _ in range(61)] == [200] * 60 + [429]
    other = await invited(api)
    assert (await other.picture(b"\xff")).status_code == 200, "another session is counted apart"


async def test_without_consent_nobody_looks(api: httpx.AsyncClient) -> None:
    page = await invited(api)
    await api.patch("/v1/policy", headers={"If-Match": "*"}, json={"consent": "required"})
    assert refused(await page.picture(b"\xff")) == (409, "consent-missing")
    assert refused(await page.speech(b"hello")) == (409, "consent-missing")
    await page.consent()
    assert (await page.picture(b"\xff")).status_code == 200


async def test_who_declines_ai_is_not_looked_at_and_gets_ready_all_the_same(page: Page) -> None:
    await page.consent("decline_ai")
    assert refused(await page.picture(b"\xff")) == (409, "analysis-declined")
    assert refused(await page.speech(b"hello")) == (409, "analysis-declined")
    ready = await page.post("ready", REPORT | {"camera": None, "microphone": None})
    assert (ready.status_code, ready.json()["state"]) == (200, "ready")


async def test_ready_is_kept_for_the_enterprise_and_opens_the_questions(api: httpx.AsyncClient, page: Page) -> None:
    await page.consent()
    assert refused(await api.get(f"/v1/sessions/{page.session_id}/device-check")) == (404, "device-check-not-found")
    ready = (await page.post("ready", REPORT)).json()
    assert (ready["state"], ready["stage"], ready["session_id"]) == ("ready", "answering", str(page.session_id))
    again = await page.post("ready", REPORT | {"quality": "low", "latency_ms": 250})
    assert (again.status_code, again.json()["state"]) == (200, "ready")
    found = (await api.get(f"/v1/sessions/{page.session_id}/device-check")).json()
    assert found.pop("created_at")
    assert found == REPORT | {"session_id": str(page.session_id), "quality": "low", "latency_ms": 250}
    assert refused(await page.get("device-check")) == (403, "not-for-candidates")


async def test_who_is_answering_may_check_again_and_goes_on_answering(services: Services, page: Page) -> None:
    await page.consent()
    await page.post("ready", REPORT)
    await page.post("answers/1/ask", {"device_id": "some-device"})
    async with services.database.transaction(await _organisation(services, page)) as connection:
        await move_session(connection, page.session_id, "answering")
    assert (await page.post("ready", REPORT)).json()["state"] == "answering"


@pytest.mark.parametrize(
    "change",
    [
        {"latency_ms": -1},
        {"upload_kbps": -1},
        {"quality": "best"},
        {"camera": "lovely"},
        {"microphone": "loud"},
        {"browser": "x" * 201},
        {"browser": None},
        {"device": "mine"},
    ],
)
async def test_misshapen_reports_are_refused(page: Page, change: dict[str, Any]) -> None:
    assert refused(await page.post("ready", REPORT | change)) == (422, "invalid-request")
    not_a_number = await page.send("ready", "application/json", b'{"latency_ms": NaN, "upload_kbps": 1}')
    assert not_a_number.status_code in (400, 422)


async def test_what_is_over_is_not_checked_any_more(services: Services, page: Page, api: httpx.AsyncClient) -> None:
    async with services.database.transaction(await _organisation(services, page)) as connection:
        await withdraw_session(connection, page.session_id)
    assert refused(await page.picture(b"\xff")) == (409, "session-withdrawn")
    assert refused(await page.speech(b"hello")) == (409, "session-withdrawn")
    assert refused(await page.post("device-check/upload", _announced())) == (409, "session-withdrawn")
    assert refused(await page.post("ready", REPORT)) == (409, "session-withdrawn")
    unknown = await api.post(f"/v1/sessions/{uuid4()}/ready", json=REPORT)
    assert refused(unknown) == (404, "session-not-found")


async def test_the_probe_measures_the_way_to_s3_and_goes_when_ready(services: Services, page: Page) -> None:
    await page.consent()
    for _ in range(2):
        await page.upload_probe()
    assert len(await _probes(services, page)) == 1, "measuring again replaces it"
    assert (await page.post("ready", REPORT)).status_code == 200
    assert await _probes(services, page) == []


async def test_a_probe_has_bounds(page: Page) -> None:
    assert refused(await page.post("device-check/upload", _announced(MAX_PROBE_BYTES + 1))) == (422, "invalid-request")
    assert refused(await page.post("device-check/upload", _announced(0))) == (422, "invalid-request")
    upload = (await page.post("device-check/upload", _announced())).json()
    async with httpx.AsyncClient() as s3:
        other = await s3.put(upload["url"], headers=upload["headers"], content=b"q" * len(PROBE))
        longer = await s3.put(
            upload["url"], headers=upload["headers"] | {"Content-Length": "1001"}, content=b"q" * 1001
        )
    assert other.status_code >= 400
    assert longer.status_code >= 400


async def test_ready_does_not_wait_for_an_s3_that_is_away(
    services: Services, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(media: MediaStore, prefix: str) -> None:
        raise Unavailable("media-store-unavailable", "The media store does not answer at the moment.")

    await page.consent()
    await page.upload_probe()
    monkeypatch.setattr("frontends.api.device_checks.remove_prefix", away)
    assert (await page.post("ready", REPORT)).json()["state"] == "ready"
    assert len(await _probes(services, page)) == 1, "retention deletes it later"


async def test_nothing_of_a_sample_is_stored(services: Services, page: Page) -> None:
    await page.consent()
    before = await _stored(services)
    await page.picture(b"\xff a face")
    await page.speech(b"a voice")
    assert await _stored(services) == before


def _announced(size: int = len(PROBE)) -> dict[str, Any]:
    return {"size": size, "sha256": hashlib.sha256(PROBE).hexdigest()}


async def _organisation(services: Services, page: Page) -> UUID:
    async with services.database.operator() as connection:
        rows = await connection.execute(b"SELECT organisation_id FROM sessions WHERE id = %s", [page.session_id])
        row = await rows.fetchone()
    assert row is not None
    organisation_id: UUID = row["organisation_id"]
    return organisation_id


async def _probes(services: Services, page: Page) -> list[str]:
    key = probe_key(await _organisation(services, page), page.session_id)
    return [found.key for found in stored_versions(services.media, key)]


async def _stored(services: Services) -> tuple[dict[str, int], int]:
    """How many rows each table has, and how many objects there are."""
    async with services.database.operator() as connection:
        rows = await connection.execute(b"SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [row["tablename"] for row in await rows.fetchall()]
        counts = {}
        for table in tables:
            found = await (await connection.execute(f'SELECT count(*) AS rows FROM "{table}"'.encode())).fetchone()
            assert found is not None
            counts[table] = found["rows"]
    client, bucket = services.media.bucket
    return counts, sum(1 for _ in client.list_objects(bucket, recursive=True))
