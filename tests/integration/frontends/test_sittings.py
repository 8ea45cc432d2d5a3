"""A candidate's page through the API: seat, notice, devices, questions one by one, time, accommodations, chat."""

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from api_bodies import interview_body

from storage.database import Database
from storage.sessions.expiry import end_sessions

pytestmark = pytest.mark.integration

_HERE, _THERE = {"device_id": "device-here"}, {"device_id": "device-there"}


async def end_all(database: Database, grace_s: float) -> None:
    """Other tests' sessions are in the same database, and may fill the first batches."""
    while await end_sessions(database, grace_s):
        continue


class Candidate:
    """A candidate with their token, of an interview of the organisation whose API is given."""

    def __init__(self, api: httpx.AsyncClient, invitation: dict[str, Any]) -> None:
        self._api, self._token = api, {"Authorization": f"Bearer {invitation['token']}"}
        self.session = f"/v1/sessions/{invitation['session_id']}"
        self.session_id = invitation["session_id"]

    async def get(self, path: str) -> httpx.Response:
        return await self._api.get(path, headers=self._token)

    async def post(self, path: str, body: Any = None) -> httpx.Response:
        return await self._api.post(path, headers=self._token, json=body)

    async def sitting(self) -> Any:
        answer = await self.get("/v1/sitting")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def consent(self) -> None:
        notice = (await self.get(f"{self.session}/notice")).json()
        body = {"language": notice["language"], "notice_sha256": notice["sha256"], "choice": "accept"}
        assert (await self.post(f"{self.session}/consents", body)).status_code == 201

    async def make_ready(self) -> Any:
        assert (await self.post(f"{self.session}/device", _HERE)).status_code == 200
        await self.consent()
        report = {"latency_ms": 20, "upload_kbps": 5000, "quality": "high", "camera": "good", "microphone": "good",
                  "browser": "test"}  # fmt: skip
        ready = await self.post(f"{self.session}/ready", report)
        assert ready.status_code == 200, ready.text
        return ready.json()

    async def ask(self, number: int, seat: dict[str, str] = _HERE) -> httpx.Response:
        return await self.post(f"{self.session}/answers/{number}/ask", seat)

    async def start(self, number: int, seat: dict[str, str] = _HERE) -> httpx.Response:
        return await self.post(f"{self.session}/answers/{number}/takes", {"content_type": "video/webm"} | seat)


async def invited(api: httpx.AsyncClient, **changes: Any) -> Candidate:
    position = (await api.post("/v1/positions", json={"title": "Team lead"})).json()
    interview = (await api.post("/v1/interviews", json=interview_body(position["id"], **changes))).json()
    body = {"candidate": {"name": "Ada", "email": "ada@example.org"}, "channel": "link"}
    invitation = await api.post(f"/v1/interviews/{interview['id']}/invitations", json=body)
    assert invitation.status_code == 201, invitation.text
    return Candidate(api, invitation.json())


@pytest.fixture
async def candidate(api: httpx.AsyncClient) -> AsyncIterator[Candidate]:
    yield await invited(api)


async def test_stages_follow_one_another(candidate: Candidate) -> None:
    sitting = await candidate.sitting()
    assert (sitting["stage"], sitting["state"], sitting["device_id"]) == ("notice", "invited", None)
    opened = (await candidate.post(f"{candidate.session}/device", _HERE)).json()
    assert (opened["state"], opened["device_id"]) == ("opened", "device-here")
    await candidate.consent()
    assert (await candidate.sitting())["stage"] == "devices"
    ready = await candidate.make_ready()
    assert (ready["stage"], ready["state"], ready["ends_at"]) == ("answering", "ready", None)


async def test_questions_are_told_one_by_one(candidate: Candidate) -> None:
    ready = await candidate.make_ready()
    assert [answer["question"] for answer in ready["answers"]] == [None, None]
    assert (await candidate.ask(2)).json()["code"] == "question-too-early"
    first = (await candidate.ask(1)).json()
    assert [bool(answer["question"]) for answer in first["answers"]] == [True, False]
    assert first["answers"][0]["question"] == {
        "text": "An upset customer?", "kind": "structured", "time_limit_s": 120
    }  # fmt: skip
    reading = _moment(first["answers"][0]["read_until"]) - _moment(first["answers"][0]["asked_at"])
    assert reading == timedelta(seconds=30)
    assert "listens" not in str(first), "the rubric is not the candidate's to read"
    second = (await candidate.ask(2)).json()
    assert second["ends_at"] == first["ends_at"], "the candidate's time began with the first question"
    again = (await candidate.ask(1)).json()
    assert again["answers"][0]["asked_at"] == first["answers"][0]["asked_at"]
    assert (await candidate.ask(3)).status_code == 404


async def test_a_take_ends_when_the_server_says(candidate: Candidate) -> None:
    await candidate.make_ready()
    await candidate.ask(1)
    take = (await candidate.start(1)).json()
    assert _moment(take["deadline_at"]) - _moment(take["created_at"]) == timedelta(seconds=120)


async def test_a_recording_made_elsewhere_has_no_deadline(api: httpx.AsyncClient, candidate: Candidate) -> None:
    take = await api.post(f"{candidate.session}/answers/1/takes", json={"content_type": "video/webm"})
    assert take.json()["deadline_at"] is None
    assert (await candidate.sitting())["ends_at"] is None


async def test_what_comes_long_after_the_deadline_is_refused(candidate: Candidate, database: Database) -> None:
    await candidate.make_ready()
    await candidate.ask(1)
    take = (await candidate.start(1)).json()
    chunk = {"number": 0, "size": 5, "sha256": hashlib.sha256(b"hello").hexdigest()}
    await _sql(database, "UPDATE takes SET deadline_at = now() - interval '14 minutes' WHERE id = %s", take["id"])
    assert (await candidate.post(f"/v1/takes/{take['id']}/chunks", chunk)).status_code == 201
    await _sql(database, "UPDATE takes SET deadline_at = now() - interval '16 minutes' WHERE id = %s", take["id"])
    assert (await candidate.post(f"/v1/takes/{take['id']}/chunks", chunk)).json()["code"] == "take-over"


async def test_the_newer_device_takes_over(candidate: Candidate) -> None:
    await candidate.make_ready()
    await candidate.ask(1)
    assert (await candidate.post(f"{candidate.session}/device", _THERE)).json()["device_id"] == "device-there"
    assert (await candidate.ask(2)).json()["code"] == "device-replaced"
    assert (await candidate.start(1)).json()["code"] == "device-replaced"
    assert (await candidate.start(1, _THERE)).status_code == 201


async def test_the_older_device_may_send_what_it_has(candidate: Candidate) -> None:
    await candidate.make_ready()
    await candidate.ask(1)
    take = (await candidate.start(1)).json()
    await candidate.post(f"{candidate.session}/device", _THERE)
    chunk = {"number": 0, "size": 5, "sha256": hashlib.sha256(b"hello").hexdigest()}
    assert (await candidate.post(f"/v1/takes/{take['id']}/chunks", chunk)).status_code == 201


async def test_nothing_is_asked_before_the_devices_are_checked(candidate: Candidate) -> None:
    assert (await candidate.ask(1)).json()["code"] == "session-not-ready"
    await candidate.post(f"{candidate.session}/device", _HERE)
    await candidate.consent()
    assert (await candidate.ask(1)).json()["code"] == "session-not-ready"
    assert (await candidate.start(1)).json()["code"] == "session-not-ready"


async def test_time_that_is_over_asks_no_more_and_ends_the_session(candidate: Candidate, database: Database) -> None:
    await candidate.make_ready()
    await candidate.ask(1)
    old = "UPDATE sessions SET started_at = now() - interval '31 minutes' WHERE id = %s"
    await _sql(database, old, candidate.session_id)
    assert (await candidate.ask(2)).json()["code"] == "time-over"
    assert (await candidate.start(1)).json()["code"] == "time-over"
    await end_all(database, grace_s=900)
    assert (await candidate.sitting())["state"] == "ready", "what was recorded in time may still be on its way"
    await end_all(database, grace_s=30)
    assert (await candidate.sitting())["stage"] == "expired"


async def test_interrupted_takes_are_bounded(candidate: Candidate) -> None:
    await candidate.make_ready()
    await candidate.ask(1)
    answers = [await candidate.start(1) for _ in range(13)]
    assert [answer.status_code for answer in answers] == [201] * 12 + [409]
    assert answers[-1].json()["code"] == "no-takes-left"


async def test_an_accommodation_is_asked_for_granted_and_holds(api: httpx.AsyncClient) -> None:
    candidate = await invited(api, minutes_per_candidate=20)
    wish = {"extra_time_percent": 50, "audio_only": True, "text_answers": False, "note": "I stutter."}
    asked = await candidate.post(f"{candidate.session}/accommodation", wish)
    assert (asked.status_code, asked.json()["state"]) == (201, "requested")
    await candidate.make_ready()
    unchanged = (await candidate.ask(1)).json()
    assert unchanged["answers"][0]["question"]["time_limit_s"] == 120
    decision = {"granted": True, "extra_time_percent": 100, "reply": "Take your time."}
    granted = await api.post(f"{candidate.session}/accommodation/decision", json=decision)
    assert (granted.status_code, granted.json()["audio_only"]) == (200, True)
    sitting = await candidate.sitting()
    assert sitting["accommodation"]["state"] == "granted"
    assert sitting["answers"][0]["question"]["time_limit_s"] == 240
    assert sitting["interview"]["reading_s"] == 60
    longer = _moment(sitting["ends_at"]) - _moment(unchanged["ends_at"])
    assert longer == timedelta(minutes=20)
    take = (await candidate.start(1)).json()
    assert _moment(take["deadline_at"]) - _moment(take["created_at"]) == timedelta(seconds=240)
    assert (await candidate.post(f"{candidate.session}/accommodation", wish)).json()["code"] == "accommodation-granted"


async def test_candidates_do_not_grant_themselves(candidate: Candidate) -> None:
    refused = await candidate.post(f"{candidate.session}/accommodation/decision", {"granted": True})
    assert refused.json()["code"] == "not-for-candidates"


async def test_extra_time_never_outlasts_the_window(api: httpx.AsyncClient) -> None:
    closes_at = datetime.now(UTC) + timedelta(minutes=10)
    candidate = await invited(api, closes_at=closes_at.isoformat())
    await candidate.make_ready()
    assert _moment((await candidate.ask(1)).json()["ends_at"]) == closes_at


async def test_chat_goes_both_ways_and_findings_stay_hidden(api: httpx.AsyncClient, candidate: Candidate) -> None:
    await candidate.post(f"{candidate.session}/device", _HERE)
    assert (await candidate.post(f"{candidate.session}/chat", {"text": "I hear nothing."})).status_code == 201
    reply = await api.post(f"{candidate.session}/chat", json={"text": "Is the sound on?"})
    assert reply.json() == {"author": "organisation", "text": "Is the sound on?"}
    assert (await candidate.post(f"{candidate.session}/chat", {"text": ""})).status_code == 422


async def test_only_candidates_have_a_sitting(api: httpx.AsyncClient) -> None:
    assert (await api.get("/v1/sitting")).json()["code"] == "sitting-not-found"


async def test_early_and_late_are_told(api: httpx.AsyncClient) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=5)
    early = await invited(api, opens_at=soon.isoformat())
    assert (await early.sitting())["stage"] == "early"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def _sql(database: Database, statement: str, *values: Any) -> None:
    async with database.operator() as connection:
        await connection.execute(statement, values)  # type: ignore[arg-type]


async def test_of_an_answer_that_was_broken_off_for_good_stays_what_came(
    candidate: Candidate, database: Database
) -> None:
    await candidate.make_ready()
    await candidate.ask(1)
    take = (await candidate.start(1)).json()
    for number in (0, 2):
        body = {"number": number, "size": 5, "sha256": hashlib.sha256(b"hello").hexdigest()}
        upload = (await candidate.post(f"/v1/takes/{take['id']}/chunks", body)).json()["upload"]
        async with httpx.AsyncClient() as s3:
            (await s3.put(upload["url"], headers=upload["headers"], content=b"hello")).raise_for_status()
        stored = {"size": 5, "sha256": body["sha256"]}
        assert (await candidate.post(f"/v1/takes/{take['id']}/chunks/{number}/complete", stored)).status_code == 200
    await _sql(
        database, "UPDATE sessions SET started_at = now() - interval '1 day' WHERE id = %s", candidate.session_id
    )
    await end_all(database, grace_s=900)
    sitting = await candidate.sitting()
    assert sitting["stage"] == "done"
    [kept] = sitting["answers"][0]["takes"]
    assert (kept["state"], kept["chunks"]) == ("stored", 3)
    assert sitting["answers"][0]["answer_take_id"] == take["id"]
