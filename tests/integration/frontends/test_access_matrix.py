"""Every route, asked by everyone who may ask: each verdict is the one that access_matrix.csv names.

The table is written from what the roles are for (storage/access.py), not from what the code answers. A column is a
caller, a row an operation by its id in the OpenAPI document, or a public route by its path. Verdicts: ok; none (a list
that shows nothing of the organisation's); 401, 403, 404.
"""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from access import (  # noqa: F401  they register their requests
    candidates_page,
    device_checks,
    hiring,
    identity,
    messages,
    privacy,
    sittings,
    writing,
)
from access.administration import TARGETS
from access.asked import Asked, prepared
from access.scene import CALLERS, Scene
from asgi_call import Answer, call
from starlette.applications import Starlette
from starlette.routing import Route

from frontends.api.openapi import openapi_document
from frontends.app import OPERATIONS, create_app
from frontends.limits import RateLimits
from frontends.services import Services
from frontends.settings import FrontSettings

pytestmark = pytest.mark.integration

TABLE = Path(__file__).with_name("access_matrix.csv")
with TABLE.open(encoding="utf-8", newline="") as file:
    ROWS: dict[str, dict[str, str]] = {row.pop("operation"): row for row in csv.DictReader(file)}

# operation id -> method and path with named parameters
ASKED: dict[str, tuple[str, str]] = {
    entry["operationId"]: (method.upper(), path)
    for path, entries in openapi_document(OPERATIONS)["paths"].items()
    for method, entry in entries.items()
    if "operationId" in entry
}
SUBJECTS = sorted({path.split("/")[2] for _, path in ASKED.values()})

# Why a caller is refused, where it is always for the same reason.
CODES = {
    "disabled_member": "member-disabled",
    "expired_key": "key-expired",
    "revoked_key": "key-unknown",
    "no_key": "key-missing",
    "garbage": "key-unknown",
    "revoked_candidate": "token-revoked",
    "expired_candidate": "token-expired",
    "candidate": "not-for-candidates",
    "other_candidate": "not-for-candidates",
}


@pytest.fixture
def app(services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Starlette:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    limits = RateLimits(FrontSettings(stranger_rate_limit="1000000 per minute"))
    return create_app(replace(services, limits=limits, webhook_targets=TARGETS))


def test_the_table_has_every_route_and_every_caller(app: Starlette) -> None:
    operations = {operation.path for operation in OPERATIONS}
    public = {route.path for route in app.routes if isinstance(route, Route)} - operations
    assert all(isinstance(route, Route) for route in app.routes), "a mount has routes that nobody asks"
    missing, gone = (ASKED.keys() | public) - ROWS.keys(), ROWS.keys() - (ASKED.keys() | public)
    assert not missing, f"{TABLE.name} says of no caller what they get from: {', '.join(sorted(missing))}"
    assert not gone, f"{TABLE.name} has rows for what is no route: {', '.join(sorted(gone))}"
    for name, row in ROWS.items():
        assert [*row] == ["scope", *CALLERS], "the columns are the callers, in their order"
        assert set(row.values()) - {row["scope"]} <= {"ok", "none", "401", "403", "404"}, f"row {name}"
        assert (row["scope"] == "public") == (name in public), f"row {name}"


@pytest.mark.parametrize("subject", SUBJECTS)
async def test_everyone_gets_what_the_table_says(app: Starlette, services: Services, subject: str) -> None:
    surprises: list[str] = []
    for operation_id, (method, path) in ASKED.items():
        if path.split("/")[2] == subject:
            assert operation_id in ROWS, f"{TABLE.name} has no row for {operation_id} ({method} {path}): add one."
            scene = await Scene.made(services.database, services.media)
            surprises += await _surprises(app, scene, operation_id, method, path)
    assert not surprises, "\n".join(surprises)


async def test_public_routes_ask_for_nothing(app: Starlette, services: Services) -> None:
    scene = await Scene.made(services.database, services.media)
    surprises = []
    for path, row in ROWS.items():
        for caller in CALLERS if row["scope"] == "public" else ():
            token = await scene.token(caller, "positions:read", scene.sitting)
            answer = await call(app, "GET", path, _bearer(token))
            if (verdict := "ok" if answer.status == 200 else str(answer.status)) != row[caller]:
                surprises.append(f"{path} as {caller}: {verdict}, but the table says {row[caller]}")
    assert not surprises, "\n".join(surprises)


async def _surprises(app: Starlette, scene: Scene, operation_id: str, method: str, path: str) -> list[str]:
    """Where a caller of this operation is not answered as the table says."""
    row, found = ROWS[operation_id], []
    asked: Asked | None = None
    is_used_up = False
    for caller in CALLERS:
        # What was done once may not be possible a second time; who is refused uses up nothing.
        if asked is None or is_used_up or (method != "GET" and row[caller] == "ok"):
            asked = await prepared(operation_id, scene, caller)
        token = await scene.token(caller, row["scope"], asked.sitting or scene.sitting)
        if caller == "expired_candidate":
            await scene.close_window()
        answer = await _ask(app, method, path, asked, token)
        is_used_up = method != "GET" and answer.status < 300
        verdict = _verdict(caller, asked.shows if method == "GET" else None, answer)
        if verdict != row[caller]:
            found.append(f"{operation_id} as {caller}: {verdict}, but the table says {row[caller]}")
    return found


async def _ask(app: Starlette, method: str, path: str, asked: Asked, token: str | None) -> Answer:
    headers = _bearer(token) | ({"If-Match": "*"} if method == "PATCH" else {})
    body = asked.body if isinstance(asked.body, bytes) else b"" if asked.body is None else _json(asked.body)
    if body and method != "GET":
        headers["Content-Type"] = asked.content_type
    sent = b"" if method == "GET" else body
    return await call(app, method, path.format(**asked.names), headers, sent, asked.query)


def _verdict(caller: str, shows: UUID | None, answer: Answer) -> str:
    if answer.status < 300:
        return "none" if shows is not None and str(shows).encode() not in answer.body else "ok"
    code = json.loads(answer.body)["code"]
    if answer.status not in (401, 403, 404):
        return f"{answer.status} {code}"
    if answer.status in (401, 403) and code != CODES.get(caller, "scope-missing"):
        return f"{answer.status} for another reason, {code}"
    return str(answer.status)


def _bearer(token: str | None) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token}"}


def _json(body: Any) -> bytes:
    return json.dumps(body, default=str).encode()
