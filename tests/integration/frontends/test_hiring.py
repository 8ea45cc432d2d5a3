"""From a draft to the outcome, as an applicant-tracking system goes through it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from api_bodies import interview_body

from frontends.services import Services
from storage.reports.transactions import store_report
from storage.sessions.expiry import end_sessions

pytestmark = pytest.mark.integration

ANY = {"If-Match": "*"}


async def made(api: httpx.AsyncClient, path: str, body: Any, status: int = 201) -> dict[str, Any]:
    answer = await api.post(path, json=body)
    assert answer.status_code == status, answer.text
    content: dict[str, Any] = answer.json()
    return content


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.fixture
async def position(api: httpx.AsyncClient) -> dict[str, Any]:
    return await made(api, "/v1/positions", {"title": "Team lead"})


@pytest.fixture
async def draft(api: httpx.AsyncClient, position: dict[str, Any]) -> dict[str, Any]:
    return await made(api, "/v1/interviews", interview_body(position["id"], state="draft"))


@pytest.fixture
async def member(api: httpx.AsyncClient) -> dict[str, Any]:
    return await made(api, "/v1/members", {"name": "Eve", "email": "eve@example.org", "role": "recruiter"})


async def report_of(services: Services, session: dict[str, Any], document: dict[str, Any]) -> None:
    """Bring a session to its report, as the Processor does."""
    async with services.database.operator() as connection:
        await connection.execute(
            b"UPDATE sessions SET state = 'answering' WHERE id = %s AND state = 'invited'", [session["id"]]
        )
        await connection.execute(b"UPDATE sessions SET state = 'submitted' WHERE id = %s", [session["id"]])
        found = await (
            await connection.execute(b"SELECT organisation_id FROM sessions WHERE id = %s", [session["id"]])
        ).fetchone()
    assert found is not None
    async with services.database.transaction(found["organisation_id"]) as connection:
        assert await store_report(connection, session["id"], document)


async def test_a_draft_changes_is_published_and_closed(api: httpx.AsyncClient, draft: dict[str, Any]) -> None:
    path = f"/v1/interviews/{draft['id']}"
    candidate = await made(api, "/v1/candidates", {"name": "Ada"})
    session = {"interview_id": draft["id"], "candidate_id": candidate["id"]}
    assert refusal(await api.post("/v1/sessions", json=session)) == (409, "interview-draft")
    assert refusal(await api.post(f"{path}/close")) == (409, "interview-draft")
    questions = [{"dimension": "calm", "text": "And under pressure?", "rubric": [{"text": "breathes"}]}]
    changes = {"dimensions": [{"name": "calm", "weight": 100}], "questions": questions, "takes_allowed": 1}
    changed = await api.patch(path, json=changes, headers={"If-Match": '"1"'})
    assert [question["text"] for question in changed.json()["questions"]] == ["And under pressure?"]
    assert (changed.json()["takes_allowed"], changed.json()["title"]) == (1, draft["title"])
    unweighted = await api.patch(path, json={"dimensions": [{"name": "calm", "weight": 50}]}, headers=ANY)
    assert refusal(unweighted) == (422, "weights-not-100")
    past = await api.patch(path, json={"closes_at": "2020-01-01T00:00:00Z"}, headers=ANY)
    assert refusal(past) == (422, "window-invalid")
    assert [(await api.post(f"{path}/publish")).json()["state"] for _ in range(2)] == ["published"] * 2
    assert refusal(await api.patch(path, json=changes, headers=ANY)) == (409, "interview-published")
    longer = {"closes_at": (datetime.now(UTC) + timedelta(days=9)).isoformat()}
    assert (await api.patch(path, json=longer, headers=ANY)).status_code == 200
    opened = await made(api, "/v1/sessions", session)
    assert [(await api.post(f"{path}/close")).json()["state"] for _ in range(2)] == ["closed"] * 2
    assert refusal(await api.post(f"{path}/publish")) == (409, "interview-closed")
    assert refusal(await api.patch(path, json=longer, headers=ANY)) == (409, "interview-closed")
    take = await api.post(f"/v1/sessions/{opened['id']}/answers/1/takes", json={"content_type": "video/webm"})
    assert refusal(take) == (409, "interview-closed")


async def test_a_question_from_a_template_is_a_copy(api: httpx.AsyncClient, position: dict[str, Any]) -> None:
    question = {
        "dimension": "service",
        "text": "投诉的顾客？",
        "rubric": [{"text": "倾听"}],
        "keywords": [{"term": "道歉"}],
    }
    template = await made(api, "/v1/question-templates", question | {"language": "zh"})
    questions = [
        {"template_id": template["id"], "time_limit_s": 60},
        {"dimension": "teamwork", "text": "Your team?", "rubric": [{"text": "shares"}]},
    ]
    interview = await made(api, "/v1/interviews", interview_body(position["id"], questions=questions))
    first, second = interview["questions"]
    assert (first["text"], first["origin"], first["template_id"]) == ("投诉的顾客？", "template", template["id"])
    assert (first["time_limit_s"], first["keywords"][0]["term"]) == (60, "道歉")
    assert (second["origin"], second["template_id"]) == ("custom", None)
    path = f"/v1/question-templates/{template['id']}"
    assert (await api.patch(path, json={"text": "另一个", "archived": True}, headers=ANY)).status_code == 200
    again = (await api.get(f"/v1/interviews/{interview['id']}")).json()
    assert again["questions"][0]["text"] == "投诉的顾客？"
    listed = [(await api.get("/v1/question-templates", params={"archived": flag})).json()["items"] for flag in (0, 1)]
    assert [len(items) for items in listed] == [0, 1]
    unknown = [{"template_id": position["id"]}]
    refused = await api.post("/v1/interviews", json=interview_body(position["id"], questions=unknown))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/questions/0/template_id")


async def test_an_invitation_opens_one_session(api: httpx.AsyncClient, session: dict[str, Any]) -> None:
    path = f"/v1/interviews/{session['interview_id']}/invitations"
    mine = await made(api, path, {"candidate_id": session["candidate_id"]})
    other = await made(api, path, {"candidate": {"name": "Bob"}})
    assert mine["session_id"] == session["id"] != other["session_id"]
    assert mine["url"].endswith(f"/interview#{mine['token']}")
    token = {"Authorization": f"Bearer {mine['token']}"}
    assert (await api.get(f"/v1/sessions/{session['id']}", headers=token)).json()["state"] == "invited"
    assert (await api.get(f"/v1/sessions/{other['session_id']}", headers=token)).status_code == 404
    for closed in ("/v1/sessions", "/v1/candidates", f"/v1/sessions/{session['id']}/report", "/v1/audit"):
        assert refusal(await api.get(closed, headers=token)) == (403, "not-for-candidates")
    take = await api.post(
        f"/v1/sessions/{session['id']}/answers/1/takes", json={"content_type": "video/webm"}, headers=token
    )
    assert take.status_code == 201, take.text
    answers = (await api.get(f"/v1/sessions/{session['id']}/answers", headers=token)).json()["items"]
    assert [[each["id"] for each in answer["takes"]] for answer in answers] == [[take.json()["id"]], []]
    assert [(answer["answer_take_id"], answer["takes_left"]) for answer in answers] == [(None, 2)] * 2
    listed = (await api.get(path)).json()["items"]
    assert {item["id"] for item in listed} == {mine["id"], other["id"]}
    assert not any("token" in item or "url" in item for item in listed)
    assert (await api.post(f"/v1/invitations/{mine['id']}/revoke")).json()["revoked_at"] is not None
    assert refusal(await api.get(f"/v1/sessions/{session['id']}", headers=token)) == (401, "token-revoked")
    unreachable = await api.post(path, json={"candidate_id": session["candidate_id"], "channel": "sms"})
    assert refusal(unreachable) == (422, "candidate-unreachable")
    nameless = await api.post(path, json={"candidate": {"name": "No phone"}, "channel": "sms"})
    assert refusal(nameless) == (422, "invalid-request")


async def test_a_token_ends_with_the_window(
    api: httpx.AsyncClient, services: Services, session: dict[str, Any]
) -> None:
    path = f"/v1/interviews/{session['interview_id']}"
    invitation = await made(api, f"{path}/invitations", {"candidate_id": session["candidate_id"]})
    token = {"Authorization": f"Bearer {invitation['token']}"}
    window = {
        "opens_at": (datetime.now(UTC) - timedelta(hours=3)).isoformat(),
        "closes_at": (datetime.now(UTC) - timedelta(minutes=14)).isoformat(),
    }
    await api.patch(path, json=window, headers=ANY)
    assert (await api.get(f"/v1/sessions/{session['id']}", headers=token)).status_code == 200
    window["closes_at"] = (datetime.now(UTC) - timedelta(minutes=16)).isoformat()
    await api.patch(path, json=window, headers=ANY)
    assert refusal(await api.get(f"/v1/sessions/{session['id']}", headers=token)) == (401, "token-expired")
    while await end_sessions(services.database, 900):
        pass
    assert (await api.get(f"/v1/sessions/{session['id']}")).json()["state"] == "expired"


async def test_applications_go_through_their_stages(
    api: httpx.AsyncClient, services: Services, position: dict[str, Any], session: dict[str, Any]
) -> None:
    [application] = (await api.get("/v1/applications", params={"candidate_id": session["candidate_id"]})).json()[
        "items"
    ]
    assert application["stage"] == "invited"
    await report_of(services, session, {})
    path = f"/v1/applications/{application['id']}"
    assert (await api.get(path)).json()["stage"] == "interviewed"
    assert (await api.patch(path, json={"stage": "talent_pool"}, headers=ANY)).json()["stage"] == "talent_pool"
    assert (await api.patch(path, json={"stage": "promoted"}, headers=ANY)).status_code == 422
    new = {"candidate_id": session["candidate_id"], "position_id": position["id"]}
    assert (await made(api, "/v1/applications", new))["stage"] == "applied"
    assert refusal(await api.post("/v1/applications", json=new)) == (409, "application-exists")


async def test_a_person_decides_and_the_outcome_follows(
    api: httpx.AsyncClient, services: Services, session: dict[str, Any], member: dict[str, Any]
) -> None:
    path = f"/v1/sessions/{session['id']}/decisions"
    decision = {"decision": "hired", "reason": "Calm and clear.", "member_id": member["id"], "scores": {"service": 91}}
    assert refusal(await api.post(path, json=decision)) == (409, "session-open")
    await report_of(services, session, {})
    nobody = {"decision": "hired", "reason": "The score says so."}
    assert refusal(await api.post(path, json=nobody)) == (422, "member-missing")
    assert (await api.post(path, json=decision | {"reason": ""})).status_code == 422
    assert refusal(await api.post(path, json=decision | {"scores": {"looks": 1}})) == (422, "dimension-unknown")
    [application] = (await api.get("/v1/applications")).json()["items"]
    outcome = {"application_id": application["id"], "measured_on": "2026-10-01", "performance": 77.5}
    assert refusal(await api.post("/v1/outcomes", json=outcome)) == (409, "not-hired")
    first = await made(api, path, decision | {"decision": "next_round"})
    second = await made(api, path, decision)
    assert [item["id"] for item in (await api.get(path)).json()["items"]] == [second["id"], first["id"]]
    assert (await api.get(f"/v1/applications/{application['id']}")).json()["stage"] == "hired"
    assert (await made(api, "/v1/outcomes", outcome))["performance"] == 77.5
    assert refusal(await api.post("/v1/outcomes", json=outcome)) == (409, "outcome-exists")
    listed = await api.get("/v1/outcomes", params={"application_id": application["id"]})
    assert [item["measured_on"] for item in listed.json()["items"]] == ["2026-10-01"]


async def test_a_member_decides_as_themselves(
    api: httpx.AsyncClient, services: Services, session: dict[str, Any], member: dict[str, Any]
) -> None:
    await report_of(services, session, {})
    key = await made(api, "/v1/api-keys", {"name": "Eve's", "scopes": ["*"], "member_id": member["id"]})
    as_eve = {"Authorization": f"Bearer {key['key']}"}
    path = f"/v1/sessions/{session['id']}/decisions"
    decided = await api.post(path, json={"decision": "rejected", "reason": "Too early."}, headers=as_eve)
    assert decided.json()["member_id"] == member["id"]
    other = await made(api, "/v1/members", {"name": "Mallory", "email": "m@example.org", "role": "admin"})
    as_other = {"decision": "offer", "reason": "x", "member_id": other["id"]}
    assert refusal(await api.post(path, json=as_other, headers=as_eve)) == (422, "member-other")


async def test_candidates_of_one_interview_are_compared(
    api: httpx.AsyncClient, services: Services, session: dict[str, Any]
) -> None:
    other = await made(api, f"/v1/interviews/{session['interview_id']}/invitations", {"candidate": {"name": "Bob"}})
    ids = [session["id"], other["session_id"]]
    comparison = await made(api, "/v1/comparisons", {"session_ids": ids}, 200)
    assert [item["session_id"] for item in comparison["candidates"]] == ids
    assert [item["composite"] for item in comparison["candidates"]] == [None, None]
    assert [dimension["name"] for dimension in comparison["dimensions"]] == ["service", "teamwork"]
    assert refusal(await api.post("/v1/comparisons", json={"session_ids": ids[:1] * 2})) == (
        422,
        "session-repeated",
    )
    assert (await api.post("/v1/comparisons", json={"session_ids": ids[:1]})).status_code == 422
    audit = (await api.get("/v1/audit", params={"action": "report.compared"})).json()["items"]
    assert [entry["object_id"] for entry in audit] == ids


async def test_messages_follow_the_interview(
    api: httpx.AsyncClient, services: Services, session: dict[str, Any], member: dict[str, Any]
) -> None:
    window = {"closes_at": (datetime.now(UTC) + timedelta(days=5)).isoformat()}
    await api.patch(f"/v1/interviews/{session['interview_id']}", json=window, headers=ANY)
    path = f"/v1/interviews/{session['interview_id']}/invitations"
    await made(api, path, {"candidate_id": session["candidate_id"], "channel": "mail"})
    query = {"session_id": session["id"], "sort": "created_at"}

    async def kinds() -> list[tuple[str, str]]:
        return [(item["kind"], item["state"]) for item in (await api.get("/v1/messages", params=query)).json()["items"]]

    assert sorted(await kinds()) == [("invitation", "queued"), ("reminder", "queued")]
    reminder = await api.post(f"/v1/sessions/{session['id']}/reminders", json={"channel": "mail"})
    assert reminder.status_code == 202, reminder.text
    result = {"channel": "mail", "contact": "Eve, +86 10 1234 5678"}
    assert refusal(await api.post(f"/v1/sessions/{session['id']}/results", json=result)) == (409, "no-result")
    await report_of(services, session, {})
    decision = {"decision": "offer", "reason": "Calm.", "member_id": member["id"]}
    await made(api, f"/v1/sessions/{session['id']}/decisions", decision)
    told = await api.post(f"/v1/sessions/{session['id']}/results", json=result)
    assert (told.status_code, told.json()["decision"]) == (202, "offer")
    assert refusal(await api.post(f"/v1/messages/{told.json()['id']}/resend")) == (409, "message-not-resendable")
    async with services.database.operator() as connection:
        rows = await (await connection.execute(b"SELECT m::text AS row FROM messages m")).fetchall()
    assert rows and not any("parleyc_" in row["row"] for row in rows)


async def test_webhooks_are_told_what_happened(
    api: httpx.AsyncClient, services: Services, member: dict[str, Any]
) -> None:
    types = ["report.ready", "decision.made", "application.stage_changed"]
    webhook = await made(api, "/v1/webhooks", {"url": "https://8.8.8.8/parley", "event_types": types})
    assert webhook["secret"].startswith("whsec_")
    refused = await api.post("/v1/webhooks", json={"url": "https://127.0.0.1/x", "event_types": types})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/url")
    position = await made(api, "/v1/positions", {"title": "Team lead"})
    interview = await made(api, "/v1/interviews", interview_body(position["id"]))
    invitation = await made(api, f"/v1/interviews/{interview['id']}/invitations", {"candidate": {"name": "Ada"}})
    await report_of(services, {"id": invitation["session_id"]}, {})
    decision = {"decision": "offer", "reason": "Calm.", "member_id": member["id"]}
    await made(api, f"/v1/sessions/{invitation['session_id']}/decisions", decision)
    deliveries = (await api.get(f"/v1/webhooks/{webhook['id']}/deliveries")).json()["items"]
    assert {delivery["state"] for delivery in deliveries} == {"pending"}
    messages = (await api.get("/v1/webhook-messages")).json()["items"]
    told = [(message["type"], message["data"].get("stage")) for message in messages]
    assert sorted(told, key=str) == sorted(
        [
            ("application.stage_changed", "invited"),
            ("report.ready", None),
            ("application.stage_changed", "interviewed"),
            ("application.stage_changed", "offer"),
            ("decision.made", None),
        ],
        key=str,
    )
    replayed = await api.post(f"/v1/webhooks/{webhook['id']}/messages/{messages[0]['id']}/replay")
    assert replayed.status_code == 202
    rotated = await made(api, f"/v1/webhooks/{webhook['id']}/secret", {"overlap_hours": 1})
    assert rotated["secret"] != webhook["secret"]
    assert (await api.delete(f"/v1/webhooks/{webhook['id']}")).status_code == 204


async def test_an_external_id_names_one_candidate(api: httpx.AsyncClient) -> None:
    first = await made(api, "/v1/candidates", {"name": "Ada", "external_id": "ats-1"})
    assert refusal(await api.post("/v1/candidates", json={"name": "Bob", "external_id": "ats-1"})) == (
        409,
        "candidate-exists",
    )
    second = await made(api, "/v1/candidates", {"name": "Bob"})
    path = f"/v1/candidates/{second['id']}"
    assert refusal(await api.patch(path, json={"external_id": "ats-1"}, headers=ANY)) == (409, "candidate-exists")
    found = await api.get("/v1/candidates", params={"external_id": "ats-1"})
    assert [candidate["id"] for candidate in found.json()["items"]] == [first["id"]]


@pytest.mark.parametrize("moment", ["1700000000", 1700000000, "0.5", "2026-01-01T00:00:00", "tomorrow"])
async def test_a_moment_is_written_with_its_offset(
    api: httpx.AsyncClient, position: dict[str, Any], moment: object
) -> None:
    answer = await api.post("/v1/interviews", json=interview_body(position["id"], opens_at=moment))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/opens_at")
    disabled = {"name": "x", "email": "x@example.org", "role": "admin", "disabled": 0}
    assert (await api.post("/v1/members", json=disabled)).status_code == 422
