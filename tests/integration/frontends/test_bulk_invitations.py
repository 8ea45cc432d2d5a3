"""Candidates invited by the thousand: every row is answered for, and all of a request lands or nothing."""

import asyncio
import csv
import io
import json
import time
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from api_bodies import interview_body
from asgi_call import call

from frontends.app import create_app
from frontends.services import Services

pytestmark = pytest.mark.integration

Row = dict[str, Any]
CSV, NDJSON = "text/csv", "application/x-ndjson"
BAD = 37
INERT = [
    "<script>alert(1)</script>",
    "'; DROP TABLE candidates; --",
    "../../../etc/passwd",
    "=HYPERLINK(\"http://x.example\")",
    'a "quoted", comma\nand newline',
    "%(name)s {0} ${x}",
    "\u202egnp.exe",
    "客服 小李",
]  # fmt: skip


@pytest.fixture
async def interview(api: httpx.AsyncClient) -> dict[str, Any]:
    return await new_interview(api)


async def new_interview(api: httpx.AsyncClient) -> dict[str, Any]:
    position = (await api.post("/v1/positions", json={"title": "Clerk"})).json()
    made: dict[str, Any] = (await api.post("/v1/interviews", json=interview_body(position["id"]))).json()
    return made


def csv_of(rows: Iterable[Row], columns: Iterable[str] = ("name", "email", "external_id", "channel")) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, [*columns])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def ndjson_of(rows: Iterable[Row]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


async def invite(
    api: httpx.AsyncClient, interview: dict[str, Any], body: bytes, kind: str = NDJSON, **headers: str
) -> httpx.Response:
    path = f"/v1/interviews/{interview['id']}/invitations/bulk"
    return await api.post(path, content=body, headers={"Content-Type": kind, **headers}, timeout=300)


async def total(api: httpx.AsyncClient, path: str, **query: Any) -> int:
    """How many items a list has over all its pages."""
    found, cursor = 0, None
    while True:
        page = (await api.get(path, params={"limit": 200, **query} | ({"cursor": cursor} if cursor else {}))).json()
        found, cursor = found + len(page["items"]), page["next_cursor"]
        if cursor is None:
            return found


def statuses(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [row["status"] for row in answer.json()["rows"]]


def bad_rows() -> dict[int, tuple[Row, str | None]]:
    """37 rows that are wrong, each by its number in the file and with the field at fault."""
    wrong: list[tuple[Row, str | None]] = [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "Ada", "email": "nobody"}, "email"),
        ({"name": "Ada", "email": "a b@example.org"}, "email"),
        ({"name": "Ada", "channel": "pigeon"}, "channel"),
        ({"name": "Ada", "channel": "mail"}, None),  # without an email
        ({"name": "Ada", "external_id": "x" * 201}, "external_id"),
    ]
    numbers = [1, 10_000, *range(270, 9_700, 270)][:BAD]
    return {number: wrong[index % len(wrong)] for index, number in enumerate(numbers)}


async def test_of_ten_thousand_rows_the_bad_ones_are_named_and_the_others_land(
    api: httpx.AsyncClient, interview: dict[str, Any]
) -> None:
    bad = bad_rows()
    assert len(bad) == BAD
    rows = [
        bad[number][0]
        if number in bad
        else {"name": f"Candidate {number}", "email": f"c{number}@example.org", "external_id": f"e{number}"}
        for number in range(1, 10_001)
    ]
    started = time.monotonic()
    answer = await invite(api, interview, csv_of(rows), CSV)
    seconds = time.monotonic() - started
    assert answer.status_code == 200, answer.text
    result = answer.json()
    assert (result["invited"], result["existing"], result["refused"]) == (10_000 - BAD, 0, BAD)
    assert [row["row"] for row in result["rows"]] == [*range(1, 10_001)]
    refused = {row["row"]: row["errors"] for row in result["rows"] if row["status"] == "refused"}
    assert {number: [error["field"] for error in errors] for number, errors in refused.items()} == {
        number: [field] for number, (_, field) in bad.items()
    }
    assert all(error["detail"] for errors in refused.values() for error in errors)
    assert len({row["url"] for row in result["rows"] if row["status"] == "invited"}) == 10_000 - BAD
    assert await total(api, "/v1/sessions", interview_id=interview["id"]) == 10_000 - BAD
    print(f"10,000 rows in {seconds:.1f} s")
    assert seconds < 60


@pytest.mark.parametrize(("kind", "written"), [(CSV, csv_of), (NDJSON, ndjson_of)])
async def test_both_forms_invite_the_same(
    api: httpx.AsyncClient, interview: dict[str, Any], kind: str, written: Any
) -> None:
    rows = [{"name": name, "external_id": f"e{number}"} for number, name in enumerate(INERT)]
    assert statuses(await invite(api, interview, written(rows), kind)) == ["invited"] * len(rows)
    candidates = (await api.get("/v1/candidates")).json()["items"]
    assert {each["external_id"]: each["name"] for each in candidates} == {
        row["external_id"]: row["name"] for row in rows
    }
    audit = await api.get("/v1/audit", params={"limit": 200})
    assert not any(json.dumps(name) in audit.text for name in INERT)


async def test_a_row_opens_the_session_that_it_names(api: httpx.AsyncClient, interview: dict[str, Any]) -> None:
    [row] = (await invite(api, interview, ndjson_of([{"name": "Ada"}]))).json()["rows"]
    token = row["url"].partition("#")[2]
    seen = await api.get(f"/v1/sessions/{row['session_id']}", headers={"Authorization": f"Bearer {token}"})
    assert (seen.status_code, seen.json()["candidate_id"]) == (200, row["candidate_id"])
    assert (await api.get(f"/v1/candidates/{row['candidate_id']}")).json()["name"] == "Ada"


async def test_who_is_named_twice_is_invited_once(api: httpx.AsyncClient, interview: dict[str, Any]) -> None:
    rows = [
        {"name": "Ada", "external_id": "1", "email": "ada@example.org"},
        {"name": "Ada", "external_id": "1", "email": "other@example.org"},
        {"name": "Bo", "email": "bo@example.org"},
        {"name": "Bo", "email": "BO@Example.org"},
        {"name": "Without a name that anyone knows"},
        {"name": "Without a name that anyone knows"},
    ]
    answer = await invite(api, interview, ndjson_of(rows))
    assert statuses(answer) == ["invited", "exists", "invited", "exists", "invited", "invited"]
    first, second, third, fourth, *_ = answer.json()["rows"]
    for one, again in ((first, second), (third, fourth)):
        assert (one["candidate_id"], one["session_id"]) == (again["candidate_id"], again["session_id"])
        assert again["url"] is None and again["invitation_id"] is None
    assert await total(api, "/v1/candidates") == 4


async def test_who_is_known_already_stays_one_candidate(api: httpx.AsyncClient, interview: dict[str, Any]) -> None:
    known = (
        await api.post("/v1/candidates", json={"name": "Ada", "email": "ada@example.org", "external_id": "1"})
    ).json()
    rows = [{"name": "A. L.", "external_id": "1"}, {"name": "Ada", "email": "ADA@example.org"}]
    answer = await invite(api, interview, ndjson_of(rows))
    assert statuses(answer) == ["invited", "exists"]
    assert {row["candidate_id"] for row in answer.json()["rows"]} == {known["id"]}
    sessions = (await api.get("/v1/sessions", params={"candidate_id": known["id"]})).json()["items"]
    assert [session["id"] for session in sessions] == [answer.json()["rows"][0]["session_id"]]
    assert {row["session_id"] for row in answer.json()["rows"]} == {sessions[0]["id"]}
    assert (await api.get(f"/v1/candidates/{known['id']}")).json()["name"] == "Ada"
    again = await invite(api, interview, ndjson_of(rows))
    assert statuses(again) == ["exists", "exists"]
    assert {row["session_id"] for row in again.json()["rows"]} == {sessions[0]["id"]}
    other = await new_interview(api)
    assert statuses(await invite(api, other, ndjson_of(rows))) == ["invited", "exists"]
    assert await total(api, "/v1/candidates") == 1


async def test_one_candidate_is_made_wherever_the_batches_end(
    api: httpx.AsyncClient, interview: dict[str, Any]
) -> None:
    """A row without external_id names whom a row before it has made, be it one row or a thousand before."""
    named = {"name": "Ada", "external_id": "1", "email": "ada@example.org"}
    by_mail = {"name": "Ada", "email": "ada@example.org"}
    between = [{"name": f"c{number}"} for number in range(1_000)]
    for rows in ([named, by_mail], [named, *between, by_mail]):
        other = await new_interview(api)
        result = (await invite(api, other, ndjson_of(rows))).json()
        assert result["rows"][0]["candidate_id"] == result["rows"][-1]["candidate_id"]
        assert result["rows"][-1]["status"] == "exists"
    assert await total(api, "/v1/candidates", email="ada@example.org") == 1


async def test_a_request_that_is_sent_again_gets_its_first_answer(
    api: httpx.AsyncClient, interview: dict[str, Any]
) -> None:
    body, again = ndjson_of([{"name": "Ada"}, {"name": ""}]), {"Idempotency-Key": str(uuid4())}
    first = await invite(api, interview, body, **again)
    second = await invite(api, interview, body, **again)
    assert first.content == second.content
    assert second.headers["idempotency-replayed"] == "true"
    assert await total(api, "/v1/candidates") == 1
    other = await invite(api, interview, ndjson_of([{"name": "Bo"}]), **again)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


async def test_racing_requests_make_each_candidate_once(api: httpx.AsyncClient, interview: dict[str, Any]) -> None:
    body = ndjson_of([{"name": f"c{number}", "external_id": str(number)} for number in range(300)])
    answers = await asyncio.gather(*(invite(api, interview, body) for _ in range(3)))
    assert await total(api, "/v1/candidates") == 300
    assert await total(api, "/v1/sessions", interview_id=interview["id"]) == 300
    # Whoever comes too late may have to send it again; nothing is done by halves.
    assert {answer.status_code for answer in answers} <= {200, 409, 503}, [answer.text for answer in answers]
    assert sum(answer.json().get("invited", 0) for answer in answers) == 300


@pytest.mark.parametrize(
    ("kind", "body", "status", "code"),
    [
        (CSV, b"", 422, "header-invalid"),
        (CSV, b"name,salary\nAda,1\n", 422, "header-invalid"),
        (CSV, b"email\nada@example.org\n", 422, "header-invalid"),
        (CSV, b"name,name\nAda,Ada\n", 422, "header-invalid"),
        (CSV, "name\n李娜\n".encode("gb18030"), 422, "encoding-unknown"),
        (CSV, "name\nAda\n".encode("utf-16"), 422, "encoding-unknown"),
        (CSV, b'name,email\nAda,\n"Bo,b@example.org\nCy,\n', 422, "csv-invalid"),
        (CSV, b'name\n"A"da\n', 422, "csv-invalid"),
        (CSV, b"name\n" + b"x" * 200_000 + b"\n", 422, "csv-invalid"),
        (CSV, b"name\n" + b"Ada\n" * 10_001, 422, "too-many-rows"),
        (NDJSON, b'{"name":"Ada"}\n' * 10_001, 422, "too-many-rows"),
        (NDJSON, '{"name":"李娜"}\n'.encode("gb18030"), 422, "encoding-unknown"),
        (NDJSON, b'{"name":"' + b"x" * 100_000 + b'"}', 422, "line-too-long"),
        (CSV, b"name\n" + b"x" * 21 * 1024 * 1024, 413, "body-too-large"),
        ("application/json", b'[{"name":"Ada"}]', 415, "content-type-unknown"),
        ("text/csv; charset=gb18030", "name\n李娜\n".encode("gb18030"), 422, "encoding-unknown"),
    ],
)
async def test_a_file_that_is_none_is_refused_as_a_whole(
    api: httpx.AsyncClient, interview: dict[str, Any], kind: str, body: bytes, status: int, code: str
) -> None:
    valid = b"name\nAda\n" if kind == CSV else b""
    refused = await invite(api, interview, body if not body.startswith(b"name\n") else valid + body[5:], kind)
    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
    assert refused.headers["content-type"] == "application/problem+json"
    assert await total(api, "/v1/candidates") == 0


async def test_files_without_rows_invite_nobody(api: httpx.AsyncClient, interview: dict[str, Any]) -> None:
    for kind, body in ((CSV, b"name,email\n"), (CSV, b"\xef\xbb\xbfname\r\n\r\n"), (NDJSON, b""), (NDJSON, b"\n\n")):
        answer = await invite(api, interview, body, kind)
        assert answer.json() == {"invited": 0, "existing": 0, "refused": 0, "rows": []}, answer.text


@pytest.mark.parametrize(
    ("kind", "line", "field"),
    [
        (CSV, b"Ada,a@example.org,surplus", None),
        (CSV, b",a@example.org", "name"),
        (CSV, b"A\x00da,a@example.org", "name"),
        (NDJSON, b"[1, 2]", None),
        (NDJSON, b"{", None),
        (NDJSON, b'"name"', None),
        (NDJSON, b'{"name": "Ada", "salary": 1}', "salary"),
        (NDJSON, b'{"name": 7}', "name"),
        (NDJSON, b'{"name": "A\\u0000da"}', "name"),
        (NDJSON, b'{"name": "\\ud800"}', None),
        (NDJSON, b'{"name": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", None),
        (NDJSON, b'{"name": "Ada", "phone": "12345"}', "phone"),
        (NDJSON, b'{"name": "Ada", "time_zone": "../../etc/passwd"}', "time_zone"),
    ],
)
async def test_a_bad_row_harms_no_other(
    api: httpx.AsyncClient, interview: dict[str, Any], kind: str, line: bytes, field: str | None
) -> None:
    lines = [b"name,email"] if kind == CSV else []
    good = [b"Bo,b@example.org", b"Cy,c@example.org"] if kind == CSV else [b'{"name": "Bo"}', b'{"name": "Cy"}']
    answer = await invite(api, interview, b"\n".join([*lines, good[0], line, good[1]]), kind)
    assert statuses(answer) == ["invited", "refused", "invited"]
    errors = answer.json()["rows"][1]["errors"]
    assert [error["field"] for error in errors] == [field], errors
    assert await total(api, "/v1/candidates") == 2


async def test_invitations_by_mail_and_sms_queue_their_messages(
    api: httpx.AsyncClient, services: Services, interview: dict[str, Any]
) -> None:
    rows: list[Row] = [
        {"name": f"m{number}", "email": f"m{number}@example.org", "channel": "mail"} for number in range(30)
    ]
    rows += [{"name": "s", "phone": "+86 138 0013 8000", "channel": "sms"}, {"name": "l"}]
    rows += [{"name": "again", "email": "m0@example.org", "channel": "mail"}]
    result = (await invite(api, interview, ndjson_of(rows))).json()
    assert (result["invited"], result["existing"]) == (32, 1)
    messages = (await api.get("/v1/messages", params={"limit": 200})).json()["items"]
    assert sorted(message["channel"] for message in messages) == ["mail"] * 30 + ["sms"]
    assert {(message["kind"], message["state"]) for message in messages} == {("invitation", "queued")}
    assert {message["session_id"] for message in messages} == {
        row["session_id"] for row in result["rows"][:31] if row["status"] == "invited"
    }
    async with services.database.operator() as connection:
        ids = [message["id"] for message in messages]
        rows_found = await connection.execute(
            b"SELECT count(*) AS jobs FROM procrastinate_jobs WHERE task_name = 'deliver_message'"
            b" AND args ->> 'message_id' = ANY(%s)",
            [ids],
        )
        assert (await rows_found.fetchone()) == {"jobs": 31}


async def test_when_the_database_connection_dies_nothing_has_landed(
    api: httpx.AsyncClient, services: Services, interview: dict[str, Any], postgres_admin_url: str
) -> None:
    body = ndjson_of([{"name": f"c{number}", "external_id": str(number)} for number in range(5_000)])
    again = {"Idempotency-Key": "dies"}
    asked = asyncio.create_task(invite(api, interview, body, **again))
    async with await psycopg.AsyncConnection.connect(postgres_admin_url, autocommit=True) as admin:
        ended = 0
        while not ended and not asked.done():
            await asyncio.sleep(0.02)
            # Once it has begun to store candidates.
            found = await admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE query LIKE 'INSERT INTO invitations%' AND state <> 'idle'"
            )
            ended = found.rowcount
    answer = await asked
    assert ended == 1, "the request was over before its connection could be ended"
    assert (answer.status_code, answer.json()["code"]) == (503, "database-unavailable"), answer.text
    for path in ("/v1/candidates", "/v1/sessions", "/v1/applications"):
        assert await total(api, path) == 0, path
    assert statuses(await invite(api, interview, body, **again)) == ["invited"] * 5_000


async def test_what_is_cut_off_on_its_way_in_invites_nobody(
    api: httpx.AsyncClient, services: Services, interview: dict[str, Any]
) -> None:
    path = f"/v1/interviews/{interview['id']}/invitations/bulk"
    headers = {"Authorization": api.headers["Authorization"], "Content-Type": NDJSON}
    answer = await call(create_app(services), "POST", path, headers, ndjson_of([{"name": "Ada"}] * 500), cut_off=True)
    assert (answer.status, json.loads(answer.body)["code"]) == (400, "body-incomplete")
    assert await total(api, "/v1/candidates") == 0


async def test_an_interview_that_is_not_published_invites_nobody(api: httpx.AsyncClient) -> None:
    position = (await api.post("/v1/positions", json={"title": "Clerk"})).json()
    draft = (await api.post("/v1/interviews", json=interview_body(position["id"], state="draft"))).json()
    refused = await invite(api, draft, ndjson_of([{"name": "Ada"}]))
    assert (refused.status_code, refused.json()["code"]) == (409, "interview-draft")
    assert await total(api, "/v1/candidates") == 0
