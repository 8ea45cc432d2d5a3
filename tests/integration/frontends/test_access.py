"""Who may do what: scopes, roles, ended keys, own positions; and the audit log of it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from api_bodies import interview_body

from frontends.services import Services
from storage.audit.transactions import ChainBroken, verify_chains

pytestmark = pytest.mark.integration


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


async def new_key(api: httpx.AsyncClient, *scopes: str, **more: Any) -> dict[str, Any]:
    made = await api.post("/v1/api-keys", json={"name": "test", "scopes": scopes or ["*"], **more})
    assert made.status_code == 201, made.text
    key: dict[str, Any] = made.json()
    return key


async def new_member(api: httpx.AsyncClient, role: str) -> tuple[str, dict[str, str]]:
    """A member's id, and the header of a key of theirs."""
    new = {"name": role, "email": f"{role}@example.org", "role": role}
    member = (await api.post("/v1/members", json=new)).json()
    return member["id"], bearer((await new_key(api, member_id=member["id"]))["key"])


async def test_a_key_does_what_its_scopes_say(api: httpx.AsyncClient) -> None:
    reader = bearer((await new_key(api, "positions:read"))["key"])
    assert (await api.get("/v1/positions", headers=reader)).status_code == 200
    refused = await api.post("/v1/positions", json={"title": "x"}, headers=reader)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")
    assert "positions:write" in refused.json()["detail"]


async def test_nobody_gives_more_than_they_have(api: httpx.AsyncClient) -> None:
    keymaker = bearer((await new_key(api, "keys:write", "keys:read", "positions:read"))["key"])
    new = {"name": "x", "scopes": ["audit:read"]}
    refused = await api.post("/v1/api-keys", json=new, headers=keymaker)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/scopes")
    star = await api.post("/v1/api-keys", json={"name": "x", "scopes": ["*"]}, headers=keymaker)
    assert set(star.json()["scopes"]) == {"keys:write", "keys:read", "positions:read"}
    mighty = await new_key(api)
    rotated = await api.post(f"/v1/api-keys/{mighty['id']}/rotate", headers=keymaker)
    assert rotated.json()["code"] == "scope-beyond"


async def test_keys_end_by_revocation_expiry_and_rotation(api: httpx.AsyncClient, services: Services) -> None:
    key = await new_key(api, "positions:read")
    rotated = (await api.post(f"/v1/api-keys/{key['id']}/rotate", json={"overlap_s": 3600})).json()
    for working in (key, rotated):
        assert (await api.get("/v1/positions", headers=bearer(working["key"]))).status_code == 200
    assert (await api.post(f"/v1/api-keys/{rotated['id']}/rotate", json={"overlap_s": 0})).status_code == 201
    expired = await api.get("/v1/positions", headers=bearer(rotated["key"]))
    assert (expired.status_code, expired.json()["code"]) == (401, "key-expired")
    assert (await api.post(f"/v1/api-keys/{rotated['id']}/rotate")).json()["code"] == "key-ended"
    assert (await api.post(f"/v1/api-keys/{key['id']}/revoke")).json()["revoked_at"] is not None
    assert (await api.get("/v1/positions", headers=bearer(key["key"]))).json()["code"] == "key-unknown"
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    late = await api.post("/v1/api-keys", json={"name": "x", "scopes": ["*"], "expires_at": past})
    assert late.json()["code"] == "expiry-past"
    listed = (await api.get("/v1/api-keys")).json()["items"]
    assert all("key" not in item for item in listed)
    assert {item["id"]: item["last_used_at"] is not None for item in listed}[key["id"]]


async def test_a_hiring_manager_sees_own_positions_alone(api: httpx.AsyncClient, session: dict[str, Any]) -> None:
    member_id, manager = await new_member(api, "hiring_manager")
    interview = (await api.get(f"/v1/interviews/{session['interview_id']}")).json()
    paths = {
        "position": f"/v1/positions/{interview['position_id']}",
        "interview": f"/v1/interviews/{interview['id']}",
        "candidate": f"/v1/candidates/{session['candidate_id']}",
        "session": f"/v1/sessions/{session['id']}",
        "report": f"/v1/sessions/{session['id']}/report",
    }
    assert {name: (await api.get(path, headers=manager)).status_code for name, path in paths.items()} == dict.fromkeys(
        paths, 404
    )
    for listed in ("positions", "interviews", "candidates", "sessions"):
        assert (await api.get(f"/v1/{listed}", headers=manager)).json()["items"] == []
    managers = f"/v1/positions/{interview['position_id']}/managers/{member_id}"
    assert (await api.put(managers)).status_code == 200
    seen = {name: (await api.get(path, headers=manager)).status_code for name, path in paths.items()}
    assert seen == dict.fromkeys(paths, 200) | {"report": 409}
    for listed in ("positions", "interviews", "candidates", "sessions"):
        assert len((await api.get(f"/v1/{listed}", headers=manager)).json()["items"]) == 1
    assert (await api.post("/v1/positions", json={"title": "x"}, headers=manager)).status_code == 403
    assert (await api.delete(managers)).status_code == 204
    assert (await api.get(paths["session"], headers=manager)).status_code == 404


async def test_a_disabled_member_does_nothing_and_one_admin_stays(api: httpx.AsyncClient) -> None:
    member_id, admin = await new_member(api, "admin")
    path = f"/v1/members/{member_id}"
    last = await api.patch(path, json={"disabled": True}, headers={"If-Match": "*"})
    assert (last.status_code, last.json()["code"]) == (409, "last-admin")
    new = {"name": "second", "email": "second@example.org", "role": "admin"}
    assert (await api.post("/v1/members", json=new)).status_code == 201
    assert (await api.post("/v1/members", json=new | {"email": "SECOND@example.org"})).json()["code"] == "member-exists"
    assert (await api.patch(path, json={"disabled": True}, headers={"If-Match": "*"})).status_code == 200
    assert (await api.get("/v1/members", headers=admin)).json()["code"] == "member-disabled"
    assert (await api.patch(path, json={"disabled": False}, headers={"If-Match": "*"})).status_code == 200
    assert (await api.get("/v1/members", headers=admin)).status_code == 200


async def test_contact_data_is_found_but_not_stored_in_plain(api: httpx.AsyncClient, services: Services) -> None:
    new = {"name": "Ada", "email": "Ada.Lovelace@example.org", "phone": "+86 138 0013 8000"}
    made = (await api.post("/v1/candidates", json=new)).json()
    assert (made["email"], made["phone"]) == ("Ada.Lovelace@example.org", "+8613800138000")
    found = await api.get("/v1/candidates", params={"email": "ada.lovelace@EXAMPLE.org"})
    assert [candidate["id"] for candidate in found.json()["items"]] == [made["id"]]
    async with services.database.operator() as connection:
        [row] = await (
            await connection.execute(b"SELECT email, phone FROM candidates WHERE id = %s", [made["id"]])
        ).fetchall()
    assert b"ovelace" not in row["email"] and b"138" not in row["phone"][:10]
    for bad in ({"phone": "12"}, {"phone": "+86 1"}, {"email": "a b@c"}, {"email": "a@b\nBcc: c@d"}):
        assert (await api.post("/v1/candidates", json={"name": "x"} | bad)).status_code == 422


async def test_the_audit_log_tells_who_changed_and_saw_what(api: httpx.AsyncClient, session: dict[str, Any]) -> None:
    member_id, recruiter = await new_member(api, "recruiter")
    position = (
        await api.post("/v1/positions", json={"title": "Clerk"}, headers=recruiter | {"X-Request-Id": "r-1"})
    ).json()
    path = f"/v1/positions/{position['id']}"
    await api.patch(path, json={"title": "Secret title"}, headers=recruiter | {"If-Match": "*"})
    await api.get(f"/v1/candidates/{session['candidate_id']}", headers=recruiter)
    entries = (await api.get("/v1/audit", params={"actor_id": member_id})).json()["items"]
    assert [(entry["action"], entry["object_id"]) for entry in entries] == [
        ("position.created", position["id"]),
        ("position.changed", position["id"]),
        ("candidate.read", session["candidate_id"]),
    ]
    assert (entries[0]["actor_kind"], entries[0]["request_id"]) == ("member", "r-1")
    assert entries[1]["details"] == {"changed": ["title"]}
    whole = (await api.get("/v1/audit", params={"limit": 200})).json()["items"]
    assert [entry["number"] for entry in whole] == list(range(1, len(whole) + 1))
    assert "Secret title" not in str(whole) and "ada@example.org" not in str(whole)
    assert (await api.get("/v1/audit", headers=recruiter)).status_code == 403


@pytest.mark.parametrize(
    "tampering",
    [
        b"UPDATE audit_log SET actor_kind = 'candidate' WHERE organisation_id = %s AND number = 2",
        b"DELETE FROM audit_log WHERE organisation_id = %s AND number = 2",
        b"DELETE FROM audit_log a WHERE organisation_id = %s AND number = (SELECT max(number) FROM audit_log b"
        b" WHERE b.organisation_id = a.organisation_id)",
    ],
)
async def test_tampering_breaks_the_chain(
    api: httpx.AsyncClient, services: Services, session: dict[str, Any], tampering: bytes
) -> None:
    async with services.database.operator() as connection:
        found = await (
            await connection.execute(b"SELECT organisation_id FROM sessions WHERE id = %s", [session["id"]])
        ).fetchone()
        assert found is not None
        heads = await verify_chains(connection)
        assert found["organisation_id"] in {head.organisation_id for head in heads}
        try:
            async with connection.transaction(force_rollback=True):
                await connection.execute(tampering, [found["organisation_id"]])
                with pytest.raises(ChainBroken, match=str(found["organisation_id"])):
                    await verify_chains(connection)
        finally:
            await verify_chains(connection)


async def test_the_application_cannot_write_the_audit_log(services: Services) -> None:
    organisation_id = uuid4()
    for statement in (b"UPDATE audit_log SET action = 'x'", b"DELETE FROM audit_log", b"DELETE FROM audit_heads"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            async with services.database.transaction(organisation_id) as connection:
                await connection.execute(statement)


async def test_interviews_name_positions_of_their_organisation(api: httpx.AsyncClient) -> None:
    made = await api.post("/v1/interviews", json=interview_body("00000000-0000-0000-0000-000000000001"))
    assert (made.status_code, made.json()["code"]) == (404, "position-not-found")
