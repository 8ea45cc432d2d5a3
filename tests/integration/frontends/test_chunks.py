"""The chunk protocol: order-free, repeatable, with gaps that are known and late chunks that are taken."""

import hashlib
from typing import Any

import httpx
import pytest

from storage.takes import chunks as storage_chunks

pytestmark = pytest.mark.integration

PARTS = [f"chunk {number} ".encode() * 100 for number in range(4)]


def said(part: bytes) -> dict[str, Any]:
    return {"size": len(part), "sha256": hashlib.sha256(part).hexdigest()}


@pytest.fixture
async def take(api: httpx.AsyncClient, session: dict[str, Any]) -> str:
    """The path of a take in chunks."""
    started = await api.post(f"/v1/sessions/{session['id']}/answers/1/takes", json={"content_type": "video/webm"})
    assert (started.status_code, started.json()["upload"], started.json()["state"]) == (201, None, "recording")
    return f"/v1/takes/{started.json()['id']}"


async def send(api: httpx.AsyncClient, take: str, number: int) -> httpx.Response:
    part = PARTS[number]
    started = await api.post(f"{take}/chunks", json={"number": number, **said(part)})
    assert started.status_code == 201, started.text
    upload = started.json()["upload"]
    async with httpx.AsyncClient() as s3:
        assert (await s3.put(upload["url"], headers=upload["headers"], content=part)).status_code == 200
    return await api.post(f"{take}/chunks/{number}/complete", json=said(part))


async def test_chunks_in_any_order_and_twice_make_a_take(api: httpx.AsyncClient, take: str) -> None:
    for number in (2, 0, 0, 3):
        acknowledged = await send(api, take, number)
        assert (acknowledged.status_code, acknowledged.json()["number"]) == (200, number)
    assert (await api.get(f"{take}/chunks")).json() == {"stored": [0, 2, 3], "missing": [1]}
    early = await api.post(f"{take}/finish", json={"chunks": 4})
    assert (early.status_code, early.json()["code"]) == (409, "chunks-missing")
    assert " 1." in early.json()["detail"]
    await send(api, take, 1)
    finished = await api.post(f"{take}/finish", json={"chunks": 4})
    assert (finished.status_code, finished.json()["state"], finished.json()["chunks"]) == (200, "stored", 4)
    again = await api.post(f"{take}/finish", json={"chunks": 4})
    assert again.json() == finished.json()


async def test_a_chunk_that_was_never_stored_is_not_acknowledged(api: httpx.AsyncClient, take: str) -> None:
    await api.post(f"{take}/chunks", json={"number": 0, **said(PARTS[0])})
    refused = await api.post(f"{take}/chunks/0/complete", json=said(PARTS[0]))
    assert (refused.status_code, refused.json()["code"]) == (409, "upload-missing")
    unknown = await api.post(f"{take}/chunks/1/complete", json=said(PARTS[1]))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "chunk-not-found")
    nothing = await api.post(f"{take}/finish", json={"chunks": 1, "accept_gaps": True})
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing-recorded")


async def test_a_chunk_with_other_bytes_is_refused(api: httpx.AsyncClient, take: str) -> None:
    await send(api, take, 0)
    other = await api.post(f"{take}/chunks", json={"number": 0, **said(PARTS[1])})
    assert (other.status_code, other.json()["code"]) == (409, "chunk-differs")
    mismatch = await api.post(f"{take}/chunks/0/complete", json=said(PARTS[1]) | {"size": len(PARTS[0])})
    assert (mismatch.status_code, mismatch.json()["code"]) == (422, "sha256-mismatch")


async def test_gaps_are_accepted_and_late_chunks_taken_for_a_while(
    api: httpx.AsyncClient, take: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await send(api, take, 0)
    await send(api, take, 2)
    finished = await api.post(f"{take}/finish", json={"chunks": 4, "accept_gaps": True})
    assert finished.json()["state"] == "stored"
    assert (await api.get(f"{take}/chunks")).json() == {"stored": [0, 2], "missing": [1, 3]}
    assert (await send(api, take, 1)).status_code == 200
    assert (await api.get(f"{take}/chunks")).json() == {"stored": [0, 1, 2], "missing": [3]}
    beyond = await api.post(f"{take}/chunks", json={"number": 4, **said(PARTS[3])})
    assert (beyond.status_code, beyond.json()["code"]) == (409, "chunk-beyond-end")
    monkeypatch.setattr(storage_chunks, "LATE_CHUNKS_S", 0.0)
    late = await api.post(f"{take}/chunks", json={"number": 3, **said(PARTS[3])})
    assert (late.status_code, late.json()["code"]) == (409, "take-stored")


async def test_a_second_take_replaces_an_unfinished_first(
    api: httpx.AsyncClient, session: dict[str, Any], take: str
) -> None:
    await api.post(f"/v1/sessions/{session['id']}/answers/1/takes", json={"content_type": "video/webm"})
    replaced = await api.post(f"{take}/chunks", json={"number": 0, **said(PARTS[0])})
    assert (replaced.status_code, replaced.json()["code"]) == (409, "take-abandoned")


@pytest.mark.parametrize(
    "body",
    [
        {"number": -1, **said(PARTS[0])},
        {"number": 10_000, **said(PARTS[0])},
        {"number": 0, "size": 0, "sha256": "0" * 64},
        {"number": 0, "size": 1, "sha256": "xyz"},
    ],
)
async def test_a_chunk_that_does_not_fit_is_refused(api: httpx.AsyncClient, take: str, body: dict[str, Any]) -> None:
    refused = await api.post(f"{take}/chunks", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-request")


async def test_size_without_hash_is_refused(api: httpx.AsyncClient, session: dict[str, Any]) -> None:
    path = f"/v1/sessions/{session['id']}/answers/1/takes"
    refused = await api.post(path, json={"content_type": "video/webm", "size": 1})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-request")
