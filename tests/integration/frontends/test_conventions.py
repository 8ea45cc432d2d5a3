"""What holds for every operation: pages, versions, sending again, limits, request ids, compression."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest

from frontends.app import create_app
from frontends.limits import RateLimits
from frontends.services import Services
from frontends.settings import FrontSettings

pytestmark = pytest.mark.integration


async def new_positions(api: httpx.AsyncClient, titles: list[str]) -> None:
    for title in titles:
        assert (await api.post("/v1/positions", json={"title": title})).status_code == 201


async def all_titles(api: httpx.AsyncClient, **query: Any) -> list[str]:
    titles, cursor = [], None
    while True:
        page = (await api.get("/v1/positions", params=query | ({"cursor": cursor} if cursor else {}))).json()
        titles += [position["title"] for position in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return titles


async def test_pages_cover_a_list_once_in_its_order(api: httpx.AsyncClient) -> None:
    await new_positions(api, ["客服", "Sales", "Driver", "Sales", "Clerk"])
    assert await all_titles(api, limit=2) == ["客服", "Sales", "Driver", "Sales", "Clerk"]
    assert await all_titles(api, limit=2, sort="-created_at") == ["Clerk", "Sales", "Driver", "Sales", "客服"]
    by_title = await all_titles(api, limit=1, sort="title")
    assert by_title == await all_titles(api, sort="title")
    assert sorted(by_title) == sorted(["客服", "Sales", "Driver", "Sales", "Clerk"])


async def test_a_row_that_comes_in_between_shifts_no_page(api: httpx.AsyncClient) -> None:
    await new_positions(api, ["b", "d"])
    first = (await api.get("/v1/positions", params={"limit": 1, "sort": "title"})).json()
    await new_positions(api, ["a"])
    second = (
        await api.get("/v1/positions", params={"limit": 1, "sort": "title", "cursor": first["next_cursor"]})
    ).json()
    assert [page["items"][0]["title"] for page in (first, second)] == ["b", "d"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"limit": "0"}, "invalid-request"),
        ({"limit": "many"}, "invalid-request"),
        ({"sort": "salary"}, "invalid-request"),
        ({"colour": "red"}, "invalid-request"),
        ({"cursor": "x"}, "cursor-invalid"),
        ({"cursor": "WyJjcmVhdGVkX2F0IiwgIm5vdCBhIHRpbWUiLCAieCJd"}, "cursor-invalid"),
        ({"cursor": "W1siXV0"}, "cursor-invalid"),
    ],
)
async def test_a_query_that_does_not_fit_is_refused(api: httpx.AsyncClient, query: dict[str, str], code: str) -> None:
    refused = await api.get("/v1/positions", params=query)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    if code == "invalid-request":
        assert [error["parameter"] for error in refused.json()["errors"]] == [*query]


async def test_a_change_needs_the_version_that_was_read(api: httpx.AsyncClient) -> None:
    created = await api.post("/v1/positions", json={"title": "Clerk", "department": "Mail", "sites": ["Wuhan"]})
    path, seen = f"/v1/positions/{created.json()['id']}", created.headers["etag"]
    assert (await api.get(path)).headers["etag"] == seen
    assert (await api.patch(path, json={"title": "x"})).json()["code"] == "if-match-missing"
    changed = await api.patch(path, json={"department": None}, headers={"If-Match": seen})
    assert (changed.status_code, changed.json()["department"], changed.json()["sites"]) == (200, None, ["Wuhan"])
    lost = await api.patch(path, json={"title": "Lost"}, headers={"If-Match": seen})
    assert (lost.status_code, lost.json()["code"]) == (412, "version-changed")
    assert (await api.patch(path, json={}, headers={"If-Match": "nonsense"})).status_code == 412
    assert (await api.patch(path, json={"title": "Any"}, headers={"If-Match": "*"})).json()["title"] == "Any"
    nulled = await api.patch(path, json={"title": None}, headers={"If-Match": "*"})
    assert (nulled.status_code, nulled.json()["errors"][0]["pointer"]) == (422, "/title")


async def test_of_racing_changes_one_wins(api: httpx.AsyncClient) -> None:
    created = await api.post("/v1/positions", json={"title": "Clerk"})
    path, seen = f"/v1/positions/{created.json()['id']}", {"If-Match": created.headers["etag"]}
    answers = await asyncio.gather(*(api.patch(path, json={"title": f"t{n}"}, headers=seen) for n in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 5


async def test_a_request_that_is_sent_again_gets_its_first_answer(api: httpx.AsyncClient) -> None:
    again = {"Idempotency-Key": str(uuid4())}
    first = await api.post("/v1/positions", json={"title": "Clerk"}, headers=again)
    answers = [await api.post("/v1/positions", json={"title": "Clerk"}, headers=again) for _ in range(2)]
    assert {answer.content for answer in answers} == {first.content}
    assert [(answer.status_code, answer.headers["etag"]) for answer in answers] == [(201, first.headers["etag"])] * 2
    assert [answer.headers.get("idempotency-replayed") for answer in (first, *answers)] == [None, "true", "true"]
    other = await api.post("/v1/positions", json={"title": "Other"}, headers=again)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert await all_titles(api) == ["Clerk"]


async def test_racing_requests_with_one_key_do_one_thing(api: httpx.AsyncClient) -> None:
    again = {"Idempotency-Key": "race"}
    answers = await asyncio.gather(
        *(api.post("/v1/positions", json={"title": "Clerk"}, headers=again) for _ in range(6))
    )
    assert len({answer.content for answer in answers}) == 1
    assert await all_titles(api) == ["Clerk"]


async def test_a_refused_request_keeps_nothing(api: httpx.AsyncClient) -> None:
    again = {"Idempotency-Key": "mended"}
    assert (await api.post("/v1/positions", json={"title": ""}, headers=again)).status_code == 422
    assert (await api.post("/v1/positions", json={"title": "Clerk"}, headers=again)).status_code == 201
    bad = await api.post("/v1/positions", json={"title": "x"}, headers={"Idempotency-Key": "x" * 256})
    assert (bad.status_code, bad.json()["code"]) == (400, "idempotency-key-invalid")


async def test_a_new_keys_secret_is_not_kept_in_plain(api: httpx.AsyncClient, services: Services) -> None:
    again = {"Idempotency-Key": "secret"}
    new = {"name": "ats", "scopes": ["positions:read"]}
    made = (await api.post("/v1/api-keys", json=new, headers=again)).json()
    assert (await api.post("/v1/api-keys", json=new, headers=again)).json() == made
    async with services.database.operator() as connection:
        rows = await (await connection.execute(b"SELECT k::text AS row FROM idempotency_keys k")).fetchall()
    assert rows and not any(made["key"] in row["row"] or made["key"].encode().hex() in row["row"] for row in rows)


async def test_too_many_requests_are_told_when_to_come_again(api: httpx.AsyncClient, services: Services) -> None:
    limits = RateLimits(FrontSettings(rate_limit="3 per minute", stranger_rate_limit="2 per minute"))
    transport = httpx.ASGITransport(create_app(replace(services, limits=limits)))
    async with httpx.AsyncClient(transport=transport, base_url="http://parley", headers=api.headers) as client:
        answers = [await client.get("/v1/positions") for _ in range(4)]
        strangers = [await client.get("/v1/positions", headers={"Authorization": "Bearer x"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].json()["code"] == "rate-limited"
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert [answer.status_code for answer in strangers] == [401, 401, 429]


async def test_request_ids_are_taken_over_or_made(api: httpx.AsyncClient) -> None:
    assert (await api.get("/v1/positions", headers={"X-Request-Id": "ats-7"})).headers["x-request-id"] == "ats-7"
    odd = await api.get("/v1/positions", headers={"X-Request-Id": "a b\tc"})
    assert odd.headers["x-request-id"] != "a b\tc" and len(odd.headers["x-request-id"]) == 32


async def test_long_answers_are_compressed(api: httpx.AsyncClient) -> None:
    await new_positions(api, [f"Position {number}" for number in range(10)])
    answer = await api.get("/v1/positions", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert len(answer.json()["items"]) == 10


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"[" * 100_000, "application/json", 400),
        (b'{"title": ' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"}", "application/json", 400),
        ('{"title": "客服"}'.encode("gb18030"), "application/json", 400),
        (b'{"title": "\\ud800"}', "application/json", 400),
        (b'{"title": NaN}', "application/json", 422),
        (b'{"title": "x", "headcount": 1e400}', "application/json", 422),
        (b"title=x", "application/x-www-form-urlencoded", 415),
        (b"<position/>", "application/xml", 415),
    ],
)
async def test_odd_bodies_are_refused(api: httpx.AsyncClient, body: bytes, kind: str, status: int) -> None:
    refused = await api.post("/v1/positions", content=body, headers={"Content-Type": kind})
    assert refused.status_code == status, refused.text
    assert refused.headers["content-type"] == "application/problem+json"
    assert await all_titles(api) == []


async def test_markup_and_sql_in_texts_stay_texts(api: httpx.AsyncClient) -> None:
    texts = [
        "'; DROP TABLE positions; --",
        "<script>alert(1)</script>",
        "../../etc/passwd",
        "%(id)s {0} ${x}",
        "\u202egnp",
    ]
    await new_positions(api, texts)
    assert await all_titles(api) == texts


async def test_the_reference_page_needs_nothing_from_elsewhere(api: httpx.AsyncClient) -> None:
    page = await api.get("/docs")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "http" not in page.text.replace("<!doctype html>", "")
    for file in ("/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js", "/docs/start.js"):
        assert file in page.text
        assert (await api.get(file)).status_code == 200
