"""Written answers and signals over HTTP."""

from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.integration

TEXT = "我先听客户说完，然后解决问题。"


async def grant(api: httpx.AsyncClient, session: dict[str, Any]) -> None:
    decision = {"granted": True, "text_answers": True}
    granted = await api.post(f"/v1/sessions/{session['id']}/accommodation/decision", json=decision)
    assert granted.status_code == 200, granted.text


async def test_an_interview_in_writing_is_submitted(api: httpx.AsyncClient, session: dict[str, Any]) -> None:
    path = f"/v1/sessions/{session['id']}"
    refused = await api.put(f"{path}/answers/1/text", json={"text": TEXT})
    assert (refused.status_code, refused.json()["code"]) == (409, "text-answers-not-granted")
    await grant(api, session)
    for version, text in enumerate(("一", TEXT), start=1):
        stored = await api.put(f"{path}/answers/1/text", json={"text": text})
        assert stored.status_code == 200
        assert stored.json().keys() == {"question_number", "version", "stored_at"}
        assert stored.json()["version"] == version
    found = await api.get(f"{path}/answers/1/text")
    assert found.json() == stored.json() | {"text": TEXT}
    assert (await api.get(f"{path}/answers/2/text")).json()["code"] == "text-answer-not-found"
    [first, *_] = (await api.get(f"{path}/answers")).json()["items"]
    assert (first["answer_take_id"], first["takes"]) == (None, [])
    assert (await api.get(path)).json()["state"] == "answering"
    submitted = await api.post(f"{path}/submit")
    assert (submitted.status_code, submitted.json()["state"]) == (202, "submitted")
    over = await api.put(f"{path}/answers/1/text", json={"text": "x"})
    assert (over.status_code, over.json()["code"]) == (409, "session-submitted")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"text": "x" * 20_001}, "invalid-request"),
        ({}, "invalid-request"),
        ({"text": 3}, "invalid-request"),
        ({"text": "a\x00b"}, "value-not-storable"),
        ({"text": "a", "more": 1}, "invalid-request"),
    ],
)
async def test_what_is_no_text_is_refused(
    api: httpx.AsyncClient, session: dict[str, Any], body: dict[str, Any], code: str
) -> None:
    await grant(api, session)
    refused = await api.put(f"/v1/sessions/{session['id']}/answers/1/text", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_signals_are_taken(api: httpx.AsyncClient, session: dict[str, Any]) -> None:
    path = f"/v1/sessions/{session['id']}/signals"
    items = [
        {"kind": "tab_hidden", "take_id": None, "question_number": 1, "start_s": 3, "end_s": 9.5, "detail": None},
        {"kind": "device_changed", "start_s": 0, "end_s": 0},
    ]
    stored = await api.post(path, json={"items": items})
    assert (stored.status_code, stored.json()) == (201, {"stored": 2})
    refused = await api.post(path, json={"items": [items[0] | {"end_s": 1}]})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-request")
    assert (await api.post(path, json={"items": items * 51})).status_code == 422
    elsewhere = await api.post(path, json={"items": [items[0] | {"take_id": session["id"]}]})
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "take-not-found")
