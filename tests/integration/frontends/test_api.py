"""The API over real storage: shapes, refusals as problem+json, and the way of a recording to S3."""

import hashlib
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from api_bodies import interview_body
from cryptography.fernet import Fernet

from frontends.app import create_app
from frontends.services import Services
from storage.database import Database
from storage.keys.transactions import create_organisation_key
from storage.media.store import MediaStore
from storage.settings import StorageSettings

pytestmark = pytest.mark.integration

BODY = b"a recording" * 1000
SHA256 = hashlib.sha256(BODY).hexdigest()
ANNOUNCED = {"content_type": "video/webm", "size": len(BODY), "sha256": SHA256}
COMPLETED = {"size": len(BODY), "sha256": SHA256}


async def put(upload: dict[str, Any], body: bytes = BODY) -> int:
    async with httpx.AsyncClient() as s3:
        return (await s3.request(upload["method"], upload["url"], headers=upload["headers"], content=body)).status_code


def assert_problem(response: httpx.Response, status: int, code: str, pointer: str | None = None) -> None:
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert (response.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["detail"]
    if pointer is not None:
        assert pointer in [error["pointer"] for error in problem["errors"]]


async def test_a_recording_goes_in_and_the_session_is_submitted(
    api: httpx.AsyncClient, session: dict[str, Any]
) -> None:
    assert session["state"] == "invited"
    take = (await api.post(f"/v1/sessions/{session['id']}/answers/1/takes", json=ANNOUNCED)).json()
    assert await put(take["upload"]) == 200
    completed = await api.post(f"/v1/takes/{take['id']}/complete", json=COMPLETED)
    assert completed.json()["state"] == "stored"
    again = await api.post(f"/v1/takes/{take['id']}/complete", json=COMPLETED)
    assert again.json() == completed.json()
    submitted = await api.post(f"/v1/sessions/{session['id']}/submit")
    assert (submitted.status_code, submitted.json()["state"]) == (202, "submitted")
    assert (await api.get("/v1/sessions")).json()["items"] == [submitted.json()]
    report = await api.get(f"/v1/sessions/{session['id']}/report")
    assert_problem(report, 409, "report-not-ready")
    assert report.headers["retry-after"]


async def test_a_withdrawn_session_is_over(
    api: httpx.AsyncClient, let_gone: list[UUID], session: dict[str, Any]
) -> None:
    path = f"/v1/sessions/{session['id']}"
    take = (await api.post(f"{path}/answers/1/takes", json=ANNOUNCED)).json()
    assert [(await api.post(f"{path}/withdraw")).json()["state"] for _ in range(2)] == ["withdrawn"] * 2
    assert {str(gone) for gone in let_gone} == {session["id"]}
    assert (await api.get(f"/v1/takes/{take['id']}")).json()["state"] == "abandoned"
    assert_problem(await api.post(f"{path}/answers/1/takes", json=ANNOUNCED), 409, "session-withdrawn")
    assert_problem(await api.post(f"{path}/submit"), 409, "session-withdrawn")
    assert_problem(await api.post(f"/v1/sessions/{uuid4()}/withdraw"), 404, "session-not-found")


async def test_completing_before_or_with_other_bytes_is_refused(
    api: httpx.AsyncClient, session: dict[str, Any]
) -> None:
    take = (await api.post(f"/v1/sessions/{session['id']}/answers/1/takes", json=ANNOUNCED)).json()
    complete = f"/v1/takes/{take['id']}/complete"
    assert_problem(await api.post(complete, json=COMPLETED), 409, "upload-missing")
    assert await put(take["upload"], BODY[:-1] + b"!") == 400
    assert await put(take["upload"]) == 200
    assert_problem(await api.post(complete, json=COMPLETED | {"size": 1}), 422, "size-mismatch", "/size")
    assert_problem(await api.post(complete, json=COMPLETED | {"sha256": "0" * 64}), 422, "sha256-mismatch", "/sha256")
    assert (await api.post(complete, json=COMPLETED)).json()["state"] == "stored"


async def test_announcing_again_gives_a_fresh_upload(api: httpx.AsyncClient, session: dict[str, Any]) -> None:
    take = (await api.post(f"/v1/sessions/{session['id']}/answers/1/takes", json=ANNOUNCED)).json()
    renewed = await api.post(f"/v1/takes/{take['id']}/chunks", json=COMPLETED | {"number": 0})
    assert await put(renewed.json()["upload"]) == 200
    assert (await api.post(f"/v1/takes/{take['id']}/complete", json=COMPLETED)).json()["state"] == "stored"


async def test_a_photo_is_announced_uploaded_and_completed(api: httpx.AsyncClient) -> None:
    candidate = (await api.post("/v1/candidates", json={"name": "Ada"})).json()
    photo = f"/v1/candidates/{candidate['id']}/photo"
    assert_problem(await api.post(f"{photo}/complete", json=COMPLETED), 409, "photo-not-announced")
    upload = (await api.post(photo, json=ANNOUNCED | {"content_type": "image/jpeg"})).json()
    assert await put(upload) == 200
    assert_problem(await api.post(f"{photo}/complete", json=COMPLETED | {"size": 1}), 422, "size-mismatch")
    stored = await api.post(f"{photo}/complete", json=COMPLETED)
    assert stored.json()["photo_stored_at"] is not None
    assert (await api.get(f"/v1/candidates/{candidate['id']}")).json() == stored.json()


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"dimensions": [{"name": "service", "weight": 60}]}, "weights-not-100", "/dimensions"),
        ({"language": "fr"}, "invalid-request", "/language"),
        ({"questions": []}, "invalid-request", "/questions"),
        ({"closes_at": "2020-01-01T00:00:00Z"}, "window-invalid", "/closes_at"),
        ({"opens_at": "2020-01-01T00:00:00"}, "invalid-request", "/opens_at"),
        ({"salary": 1}, "invalid-request", "/salary"),
    ],
)
async def test_an_interview_that_does_not_fit_is_refused_with_a_pointer(
    api: httpx.AsyncClient, changes: dict[str, Any], code: str, pointer: str
) -> None:
    position = (await api.post("/v1/positions", json={"title": "Team lead"})).json()
    response = await api.post("/v1/interviews", json=interview_body(position["id"], **changes))
    assert_problem(response, 422, code, pointer)


async def test_bad_requests_are_problems(api: httpx.AsyncClient) -> None:
    assert_problem(await api.post("/v1/positions", content=b"{"), 400, "invalid-json")
    assert_problem(await api.post("/v1/positions", content=b"[]"), 422, "invalid-request")
    assert_problem(await api.post("/v1/positions", content=b" " * 2_000_000), 413, "body-too-large")
    assert_problem(await api.post("/v1/positions", json={"title": "x\x00"}), 422, "value-not-storable")
    assert_problem(await api.get(f"/v1/positions/{uuid4()}"), 404, "position-not-found")
    assert_problem(await api.get("/v1/positions/7"), 404, "path-not-found")
    assert_problem(await api.delete("/v1/positions"), 405, "method-not-allowed")
    assert_problem(await api.get("/v1/sessions?interview_id=x"), 422, "invalid-request")
    assert_problem(await api.get(f"/v1/sessions/{uuid4()}/report"), 404, "session-not-found")


async def test_keys_are_needed_and_unknown_ones_refused(api: httpx.AsyncClient) -> None:
    missing = await api.get("/v1/positions", headers={"Authorization": ""})
    assert_problem(missing, 401, "key-missing")
    assert missing.headers["www-authenticate"].startswith("Bearer")
    unknown = await api.get("/v1/positions", headers={"Authorization": "Bearer parley_unknown"})
    assert_problem(unknown, 401, "key-unknown")


async def test_another_organisations_key_sees_none_of_it(
    api: httpx.AsyncClient, services: Services, session: dict[str, Any]
) -> None:
    take = (await api.post(f"/v1/sessions/{session['id']}/answers/1/takes", json=ANNOUNCED)).json()
    _, key = await create_organisation_key(services.database, f"organisation {uuid4()}", "test")
    other = {"Authorization": f"Bearer {key}"}
    for path in (
        f"/v1/interviews/{session['interview_id']}",
        f"/v1/candidates/{session['candidate_id']}",
        f"/v1/sessions/{session['id']}",
        f"/v1/sessions/{session['id']}/report",
        f"/v1/takes/{take['id']}",
    ):
        assert (await api.get(path, headers=other)).status_code == 404, path
    for path in ("/v1/positions", "/v1/interviews", "/v1/candidates", "/v1/sessions"):
        assert (await api.get(path, headers=other)).json()["items"] == [], path
    assert (await api.post(f"/v1/sessions/{session['id']}/submit", headers=other)).status_code == 404


async def test_health_readiness_and_metrics(api: httpx.AsyncClient) -> None:
    assert (await api.get("/healthz")).json() == {"alive": True}
    ready = await api.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"database": True, "media_store": True, "Transcriber": True})
    assert (await api.get("/metrics")).status_code == 200


async def test_the_openapi_document_is_valid_and_names_every_route(api: httpx.AsyncClient) -> None:
    document = (await api.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    operations = {(path, method) for path, item in document["paths"].items() for method in item}
    assert ("/v1/sessions/{session_id}/answers/{question_number}/takes", "post") in operations
    assert ("/v1/sessions/{session_id}/report", "get") in operations
    assert len(operations) >= 20
    assert {"Report", "NewInterview", "Problem"} <= set(document["components"]["schemas"])


async def test_a_store_that_is_gone_is_503_with_retry_after(api: httpx.AsyncClient, services: Services) -> None:
    settings = StorageSettings.model_validate(
        {
            "database_url": "postgresql://nobody@127.0.0.1:9/none",
            "s3_url": "http://127.0.0.1:9",
            "s3_access_key": "x",
            "s3_secret_key": "x",
            "field_keys": Fernet.generate_key().decode(),
        }
    )
    async with Database(settings) as gone:
        gone.pool.timeout = 0.2
        transport = httpx.ASGITransport(create_app(replace(services, database=gone, media=MediaStore(settings))))
        async with httpx.AsyncClient(transport=transport, base_url="http://parley") as client:
            response = await client.get("/v1/positions", headers={"Authorization": "Bearer x"})
            ready = await client.get("/readyz")
    assert_problem(response, 503, "database-unavailable")
    assert response.headers["retry-after"]
    assert (ready.status_code, ready.json()["database"], ready.json()["media_store"]) == (503, False, False)
