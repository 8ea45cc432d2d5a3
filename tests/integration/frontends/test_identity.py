"""The identity check as a candidate's page meets it: codes and faces over HTTP, with the candidate's own token."""

import base64
import hashlib
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from api_bodies import interview_body
from sent_codes import sent_code, wrong_code

from frontends.services import Services
from storage.identity.faces import CHECKS_PER_HOUR, verdict_to_look_at
from storage.identity.transactions import face_verdict
from storage.media.records import NewPhoto

pytestmark = pytest.mark.integration

ANY = {"If-Match": "*"}
FACE, ANOTHER = b"\xff\xd8\xff a face", b"\xff\xd8\xff another's"


class Sitter:
    """A candidate with their token, of an organisation of which we know the id."""

    def __init__(self, api: httpx.AsyncClient, session_id: str, token: str, organisation_id: UUID) -> None:
        self._api = api
        self.session_id, self.organisation_id = UUID(session_id), organisation_id
        self._headers = {"Authorization": f"Bearer {token}"}
        self._path = f"/v1/sessions/{session_id}"

    async def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        return await self._api.post(f"{self._path}{path}", json=body, headers=self._headers | headers)

    async def consent(self, **choice: Any) -> None:
        notice = (await self._api.get(f"{self._path}/notice", headers=self._headers)).json()
        new = {"language": notice["language"], "notice_sha256": notice["sha256"], "choice": "accept"} | choice
        assert (await self.post("/consents", new)).status_code == 201

    async def face(self, live: bytes, document: bytes | None = None) -> httpx.Response:
        pictures = [None if picture is None else base64.b64encode(picture).decode() for picture in (live, document)]
        return await self.post("/identity/face", {"live": pictures[0], "document": pictures[1]})


@pytest.fixture
async def sitter(api: httpx.AsyncClient, services: Services) -> Sitter:
    """Ada, invited to an interview."""
    position = (await api.post("/v1/positions", json={"title": "Team lead"})).json()
    interview = (await api.post("/v1/interviews", json=interview_body(position["id"]))).json()
    person = {"name": "Ada", "email": "ada@example.org", "phone": "+8613800138000"}
    invited = await api.post(f"/v1/interviews/{interview['id']}/invitations", json={"candidate": person})
    assert invited.status_code == 201
    async with services.database.operator() as connection:
        rows = await connection.execute(
            b"SELECT organisation_id FROM sessions WHERE id = %s", [invited.json()["session_id"]]
        )
        row = await rows.fetchone()
    assert row is not None
    return Sitter(api, invited.json()["session_id"], invited.json()["token"], row["organisation_id"])


async def flags(services: Services, sitter: Sitter) -> list[dict[str, Any]]:
    async with services.database.transaction(sitter.organisation_id) as connection:
        rows = await connection.execute(
            b"SELECT data FROM events WHERE session_id = %s AND kind = 'flag' ORDER BY id", [sitter.session_id]
        )
        return [row["data"] for row in await rows.fetchall()]


async def test_a_candidate_proves_themselves_with_the_code_that_they_were_sent(
    api: httpx.AsyncClient, services: Services, sitter: Sitter
) -> None:
    assert (await sitter.post("/identity/codes", {"channel": "mail"})).json()["code"] == "code-not-asked"
    assert (await api.patch("/v1/policy", json={"one_time_code": "required"}, headers=ANY)).status_code == 200
    refused = await sitter.post("/answers/1/takes", {"content_type": "video/webm"})
    assert (refused.status_code, refused.json()["code"]) == (409, "identity-unverified")

    once = {"Idempotency-Key": str(uuid4())}
    sent = await sitter.post("/identity/codes", {"channel": "sms"}, **once)
    assert (sent.status_code, sent.json()["masked"]) == (202, "•••8000")
    assert set(sent.json()) == {"masked", "expires_at", "again_at", "now"}
    # A page that asks again because the network was lost is answered, not refused.
    assert (await sitter.post("/identity/codes", {"channel": "sms"}, **once)).json() == sent.json()
    assert (await sitter.post("/identity/codes", {"channel": "mail"})).json()["code"] == "code-too-soon"
    async with services.database.transaction(sitter.organisation_id) as connection:
        code = await sent_code(connection, sitter.session_id)

    # Each wrong attempt counts although its call is refused.
    told = [await sitter.post("/identity/codes/verify", {"code": wrong_code(code)}) for _ in range(2)]
    assert [(answer.status_code, answer.json()["code"]) for answer in told] == [(409, "code-wrong")] * 2
    assert [left for left in ("4", "3") for answer in told if f"{left} tries left" in answer.json()["detail"]] == [
        "4",
        "3",
    ]
    right = await sitter.post("/identity/codes/verify", {"code": code})
    assert (right.status_code, right.json()) == (200, {"verified": True})
    assert (await sitter.post("/identity/codes/verify", {"code": code})).status_code == 200
    assert (await sitter.post("/answers/1/takes", {"content_type": "video/webm"})).status_code == 201
    listed = (await api.get("/v1/messages", params={"kind": "identity_code"})).text
    assert code not in listed and "identity_code" in listed and "8000" not in listed


async def test_what_is_no_code_is_refused_and_counts_nothing(api: httpx.AsyncClient, sitter: Sitter) -> None:
    await api.patch("/v1/policy", json={"one_time_code": "required"}, headers=ANY)
    await sitter.post("/identity/codes", {"channel": "mail"})
    for code in ("12345", "1234567", "١٢٣٤٥٦", "12345a"):
        refused = await sitter.post("/identity/codes/verify", {"code": code})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/code")
        assert code not in refused.text


async def test_faces_are_compared_only_with_policy_and_consent(api: httpx.AsyncClient, sitter: Sitter) -> None:
    assert (await sitter.face(FACE, FACE)).json()["code"] == "consent-biometrics-missing"  # not asked yet
    await sitter.consent(biometrics=False)
    assert (await sitter.face(FACE, FACE)).json()["code"] == "consent-biometrics-missing"
    await sitter.consent(biometrics=True, choice="decline_ai")
    assert (await sitter.face(FACE, FACE)).json()["code"] == "consent-biometrics-missing"
    await sitter.consent(biometrics=True)
    found = await sitter.face(FACE, FACE)
    assert (found.status_code, found.json()) == (200, {"verdict": "match", "reason": "same_person"})
    assert (await sitter.face(FACE)).json()["code"] == "photo-missing"
    await api.patch("/v1/policy", json={"identity": "off"}, headers=ANY)
    refused = await sitter.face(FACE, FACE)
    assert (refused.status_code, refused.json()["code"]) == (409, "identity-off")


async def test_what_did_not_match_is_flagged_and_blocks_nothing(services: Services, sitter: Sitter) -> None:
    await sitter.consent(biometrics=True)
    verdicts = []
    for live in (FACE + b"!", ANOTHER, FACE):
        verdicts.append((await sitter.face(live, FACE)).json()["verdict"])
        async with services.database.transaction(sitter.organisation_id) as connection:
            assert await face_verdict(connection, sitter.session_id) == verdicts[-1]
    assert verdicts == ["unsure", "no_match", "match"]
    told = await flags(services, sitter)
    assert [data["flag"]["code"] for data in told] == ["identity_check_unsure", "identity_check_no_match"]
    assert all(data["take_id"] is None and data["flag"]["answer"] is None for data in told)
    async with services.database.transaction(sitter.organisation_id) as connection:
        # Who came first is not forgotten because somebody else came after.
        assert await verdict_to_look_at(connection, sitter.session_id) == "no_match"
        rows = await connection.execute(b"SELECT * FROM identity_checks WHERE session_id = %s", [sitter.session_id])
        stored = await rows.fetchall()
    assert [(row["reference"], row["model"]) for row in stored] == [("document", "bytes 1")] * 3
    # Neither pictures nor what could be made into one again.
    assert not any(isinstance(value, bytes | list) for row in stored for value in row.values())
    assert (await sitter.post("/answers/1/takes", {"content_type": "video/webm"})).status_code == 201


async def test_without_a_document_the_photo_on_file_is_compared(
    api: httpx.AsyncClient, services: Services, sitter: Sitter
) -> None:
    session = (await api.get(f"/v1/sessions/{sitter.session_id}")).json()
    digest = {"size": len(FACE), "sha256": hashlib.sha256(FACE).hexdigest()}
    photo = f"/v1/candidates/{session['candidate_id']}/photo"
    new = NewPhoto(content_type="image/jpeg", **digest)  # type: ignore[arg-type]
    upload = (await api.post(photo, json=new.model_dump())).json()
    await sitter.consent(biometrics=True)
    assert (await sitter.face(FACE)).json()["code"] == "photo-missing"  # announced, not there
    async with httpx.AsyncClient() as s3:
        assert (await s3.put(upload["url"], headers=upload["headers"], content=FACE)).is_success
    assert (await api.post(f"{photo}/complete", json=digest)).status_code == 200
    assert (await sitter.face(FACE)).json()["verdict"] == "match"
    assert (await sitter.face(ANOTHER)).json()["verdict"] == "no_match"


async def test_a_document_stands_in_for_the_photo_that_the_policy_requires(
    api: httpx.AsyncClient, sitter: Sitter
) -> None:
    await api.patch("/v1/policy", json={"identity": "required"}, headers=ANY)
    await sitter.consent(biometrics=True)
    refused = await sitter.post("/answers/1/takes", {"content_type": "video/webm"})
    assert (refused.status_code, refused.json()["code"]) == (409, "photo-missing")
    assert (await sitter.face(ANOTHER, FACE)).json()["verdict"] == "no_match"  # which is for a person to judge
    assert (await sitter.post("/answers/1/takes", {"content_type": "video/webm"})).status_code == 201


@pytest.mark.parametrize("picture", [b"\x89PNG", b"", FACE + bytes(380_000)])
async def test_only_jpegs_of_a_bounded_size_are_taken(sitter: Sitter, picture: bytes) -> None:
    await sitter.consent(biometrics=True)
    for pictures in ((picture, FACE), (FACE, picture)):
        refused = await sitter.face(*pictures)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"] == ("/live" if pictures[0] == picture else "/document")
    largest = FACE + bytes(380_000 - len(FACE))
    assert (await sitter.face(largest, largest)).json()["verdict"] == "match"


async def test_the_engines_are_asked_a_bounded_number_of_times(sitter: Sitter) -> None:
    await sitter.consent(biometrics=True)
    for _ in range(CHECKS_PER_HOUR):
        assert (await sitter.face(FACE, FACE)).status_code == 200
    refused = await sitter.face(FACE, FACE)
    assert (refused.status_code, refused.json()["code"]) == (409, "face-checks-exhausted")
