"""What candidates agreed to holds in the running system: what they declined is not done."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest
from running_parley import Parley

from loadtests.client import Client
from loadtests.script import Script

pytestmark = pytest.mark.cluster

Recordings = dict[str, tuple[Script, list[bytes]]]


@pytest.fixture
def http(parley: Parley, key: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=parley.running.url, headers={"Authorization": f"Bearer {key}"}, timeout=30) as client:
        yield client


def consent(http: httpx.Client, session: dict[str, Any], choice: str) -> None:
    path = f"/v1/sessions/{session['id']}"
    notice = http.get(f"{path}/notice").raise_for_status().json()
    new = {"language": notice["language"], "notice_sha256": notice["sha256"], "choice": choice}
    http.post(f"{path}/consents", json=new).raise_for_status()


def steps_of(parley: Parley, session: dict[str, Any]) -> int:
    with psycopg.connect(parley.running.environment["PARLEY_DATABASE_URL"]) as connection:
        row = connection.execute("SELECT count(*) FROM step_sessions WHERE session_id = %s", [session["id"]]).fetchone()
    assert row is not None
    return int(row[0])


def test_who_declines_analysis_is_recorded_and_nothing_else(
    parley: Parley, client: Client, http: httpx.Client, recordings: Recordings
) -> None:
    script, takes = recordings["en"]
    interview = client.create_interview(script)
    policy = f"/v1/interviews/{interview['id']}/policy"
    http.patch(policy, json={"consent": "required"}, headers={"If-Match": "*"}).raise_for_status()
    session = client.invite(interview, script.candidate)
    unasked = http.post(f"/v1/sessions/{session['id']}/answers/1/takes", json={"content_type": "video/webm"})
    assert (unasked.status_code, unasked.json()["code"]) == (409, "consent-missing")
    consent(http, session, "decline_ai")
    take = client.answer(session, 1, takes[0])
    client.submit(session)
    report = client.await_report(session, 120)
    assert (report["analysis"], report["flags"], report["composite"]["score"]) == ("declined", [], None)
    assert [answer["transcript"] for answer in report["answers"]] == [None] * len(script.answers)
    assert "recordings" in report["recommendation"]["words"]
    assert steps_of(parley, session) == 0
    recording = http.get(f"/v1/takes/{take['id']}/recording").raise_for_status().json()
    assert b"".join(httpx.get(part["url"]).raise_for_status().content for part in recording["parts"]) == takes[0]


def test_where_expressions_are_off_none_are_observed(
    client: Client, http: httpx.Client, recordings: Recordings
) -> None:
    script, takes = recordings["en"]
    seen: dict[str, set[str]] = {}
    for expressions in ("off", "advisory"):
        interview = client.create_interview(script)
        policy = f"/v1/interviews/{interview['id']}/policy"
        http.patch(policy, json={"expressions": expressions}, headers={"If-Match": "*"}).raise_for_status()
        session = client.invite(interview, script.candidate)
        client.answer(session, 1, takes[0])
        client.submit(session)
        [first, *_] = client.await_report(session, 180)["answers"]
        seen[expressions] = {observation["kind"] for observation in first["observations"]}
    assert seen["off"] == seen["advisory"] - {"smile", "frown"}
    assert "smile" in seen["advisory"]


def test_an_erased_candidate_is_gone(
    parley: Parley, client: Client, http: httpx.Client, recordings: Recordings
) -> None:
    script, takes = recordings["en"]
    session = client.invite(client.create_interview(script), "Erased Person")
    client.answer(session, 1, takes[0])
    client.submit(session)
    client.await_report(session, 180)
    candidate = f"/v1/candidates/{session['candidate_id']}"
    exported = http.get(f"{candidate}/export").raise_for_status()
    assert exported.content[:2] == b"PK" and len(exported.content) > len(takes[0])
    erasure = http.post(f"{candidate}/erasure").raise_for_status().json()
    deadline = time.monotonic() + 60
    while (erasure := http.get(f"/v1/erasures/{erasure['id']}").raise_for_status().json())["swept_at"] is None:
        assert time.monotonic() < deadline, erasure
        time.sleep(0.5)
    assert erasure["held_before"]["reports"] == 1
    assert http.get(f"/v1/sessions/{session['id']}/report").json()["code"] in ("report-erased", "session-not-found")
    assert steps_of(parley, session) == 0
