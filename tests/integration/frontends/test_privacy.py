"""Policies, consent, export and erasure as an enterprise and its candidates meet them over HTTP."""

import hashlib
import io
import zipfile
from typing import Any
from uuid import UUID

import httpx
import pytest

from frontends.services import Services
from storage.retention.erasure import Erasing

pytestmark = pytest.mark.integration

RECORDING = b"a recording"
ANY = {"If-Match": "*"}


async def reader(api: httpx.AsyncClient, role: str) -> dict[str, str]:
    """The header of a key of a new member with that role."""
    new = {"name": role, "email": f"{role}@example.org", "role": role}
    member = (await api.post("/v1/members", json=new)).json()
    key = await api.post("/v1/api-keys", json={"name": "x", "scopes": ["*"], "member_id": member["id"]})
    return {"Authorization": f"Bearer {key.json()['key']}"}


async def record(api: httpx.AsyncClient, session: dict[str, Any]) -> httpx.Response:
    """Start a take of a whole recording."""
    take = {"content_type": "video/webm", "size": len(RECORDING), "sha256": hashlib.sha256(RECORDING).hexdigest()}
    return await api.post(f"/v1/sessions/{session['id']}/answers/1/takes", json=take)


async def consent(api: httpx.AsyncClient, session: dict[str, Any], **choice: Any) -> httpx.Response:
    notice = (await api.get(f"/v1/sessions/{session['id']}/notice")).json()
    new = {"language": notice["language"], "notice_sha256": notice["sha256"], "choice": "accept"} | choice
    return await api.post(f"/v1/sessions/{session['id']}/consents", json=new)


async def test_the_eu_preset_refuses_expression_analysis_with_the_law(api: httpx.AsyncClient) -> None:
    presets = (await api.get("/v1/policy-presets")).json()["items"]
    assert [preset["region"] for preset in presets] == ["none", "EU", "US-IL", "US-NYC", "CN"]
    seen = await api.get("/v1/policy")
    made = await api.patch("/v1/policy", json={"region": "EU"}, headers={"If-Match": seen.headers["etag"]})
    assert (made.status_code, made.json()["effective"]["expressions"]) == (200, "off")
    for expressions in ("advisory", "scored"):
        refused = await api.patch("/v1/policy", json={"expressions": expressions}, headers=ANY)
        assert refused.status_code in (409, 422)
        if expressions == "advisory":
            assert refused.json()["code"] == "policy-expressions"
            assert refused.json()["errors"][0]["pointer"] == "/expressions"
            assert "Art. 5(1)(f)" in refused.json()["detail"]
    lost = await api.patch("/v1/policy", json={"media_days": 9}, headers={"If-Match": seen.headers["etag"]})
    assert (lost.status_code, lost.json()["code"]) == (412, "version-changed")
    admin = await reader(api, "admin")
    refused = await api.patch("/v1/policy", json={"expressions": "scored"}, headers=admin | ANY)
    assert (refused.status_code, refused.json()["code"]) == (422, "policy-expressions")


async def test_an_interviews_policy_overrides_and_recruiters_only_read(
    api: httpx.AsyncClient, session: dict[str, Any]
) -> None:
    path = f"/v1/interviews/{session['interview_id']}/policy"
    changed = await api.patch(path, json={"media_days": 7}, headers=ANY)
    assert (changed.json()["effective"]["media_days"], changed.json()["settings"]["media_days"]) == (7, 7)
    recruiter = await reader(api, "recruiter")
    assert (await api.get(path, headers=recruiter)).json()["effective"]["media_days"] == 7
    assert (await api.patch(path, json={"media_days": 8}, headers=recruiter | ANY)).status_code == 403
    assert (await api.get(f"/v1/interviews/{session['id']}/policy")).status_code == 404


async def test_a_take_needs_a_consent_where_the_policy_requires_one(
    api: httpx.AsyncClient, session: dict[str, Any]
) -> None:
    assert (await api.patch("/v1/policy", json={"region": "US-IL"}, headers=ANY)).status_code == 200
    refused = await record(api, session)
    assert (refused.status_code, refused.json()["code"]) == (409, "consent-missing")
    notice = await api.get(f"/v1/sessions/{session['id']}/notice", params={"language": "zh"})
    assert "人工智能" in notice.json()["text"] and notice.json()["is_required"]
    stale = await consent(api, session, notice_sha256="0" * 64)
    assert (stale.status_code, stale.json()["code"]) == (409, "notice-changed")
    stored = await consent(api, session, choice="decline_ai", reference="form 17")
    assert (stored.status_code, stored.json()["given_by"]) == (201, "enterprise")
    assert (await record(api, session)).status_code == 201
    listed = (await api.get(f"/v1/sessions/{session['id']}/consents")).json()["items"]
    assert [item["choice"] for item in listed] == ["decline_ai"]


async def test_an_export_holds_the_recording_and_is_audited(api: httpx.AsyncClient, session: dict[str, Any]) -> None:
    take = (await record(api, session)).json()
    async with httpx.AsyncClient() as plain:
        assert (await plain.put(take["upload"]["url"], content=RECORDING, headers=take["upload"]["headers"])).is_success
    completion = {"size": len(RECORDING), "sha256": hashlib.sha256(RECORDING).hexdigest()}
    assert (await api.post(f"/v1/takes/{take['id']}/complete", json=completion)).status_code == 200
    candidate_id = session["candidate_id"]
    exported = await api.get(f"/v1/candidates/{candidate_id}/export")
    assert (exported.status_code, exported.headers["content-type"]) == (200, "application/zip")
    archive = zipfile.ZipFile(io.BytesIO(exported.content))
    assert {"candidates.json", "sessions.json", "takes.json"} <= set(archive.namelist())
    assert archive.read(f"recordings/{session['id']}/question-1-take-1.webm") == RECORDING
    entries = (await api.get("/v1/audit", params={"action": "candidate.exported"})).json()["items"]
    assert [entry["object_id"] for entry in entries] == [candidate_id]
    recruiter = await reader(api, "recruiter")
    assert (await api.get(f"/v1/candidates/{candidate_id}/export", headers=recruiter)).status_code == 403
    assert (await api.get(f"/v1/candidates/{session['id']}/export")).status_code == 404


async def test_an_erasure_is_requested_done_and_proven(
    api: httpx.AsyncClient, services: Services, session: dict[str, Any], let_gone: list[UUID]
) -> None:
    candidate_path = f"/v1/candidates/{session['candidate_id']}"
    requested = await api.post(f"{candidate_path}/erasure")
    assert (requested.status_code, requested.json()["state"]) == (202, "requested")
    assert let_gone == [UUID(session["id"])]
    assert (await api.get(f"/v1/sessions/{session['id']}")).json()["state"] == "withdrawn"
    erasure_id = requested.json()["id"]
    async with services.database.operator() as connection:
        [row] = await (
            await connection.execute(b"SELECT organisation_id FROM erasures WHERE id = %s", [erasure_id])
        ).fetchall()
    await Erasing(services.database, services.media, upload_url_seconds=-60).run(
        row["organisation_id"], UUID(erasure_id)
    )
    done = (await api.get(f"/v1/erasures/{erasure_id}")).json()
    assert (done["state"], done["held_before"]["candidates"], done["held_after"]["media_versions"]) == ("done", 1, 0)
    assert [item["id"] for item in (await api.get("/v1/erasures")).json()["items"]] == [erasure_id]
    candidate = (await api.get(candidate_path)).json()
    assert candidate["name"].startswith("Candidate ") and candidate["email"] is None
    missing = await api.get(f"/v1/sessions/{session['id']}/decision-record")
    assert (missing.status_code, missing.json()["code"]) == (404, "decision-record-not-found")
    recruiter = await reader(api, "recruiter")
    assert (await api.post(f"{candidate_path}/erasure", headers=recruiter)).status_code == 403
