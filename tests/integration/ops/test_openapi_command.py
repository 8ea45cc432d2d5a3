"""`parley openapi` prints what the front serves, and starts nothing."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from operator_commands import Operator
from starlette.applications import Starlette

from frontends.api.openapi import openapi_document
from frontends.api.reference import reference_routes
from frontends.app import OPERATIONS

pytestmark = pytest.mark.integration


async def test_the_document_is_printed_as_it_is_served(embedded_operator: Operator, tmp_path: Path) -> None:
    printed: dict[str, Any] = json.loads(embedded_operator.done("openapi").stdout)
    assert not (tmp_path / "home").exists()
    assert printed["openapi"].startswith("3.1")
    # The document needs none of the services.
    document = openapi_document(OPERATIONS)
    transport = httpx.ASGITransport(Starlette(routes=[*reference_routes(document)]))
    async with httpx.AsyncClient(transport=transport, base_url="http://parley") as client:
        served = (await client.get("/openapi.json")).json()
    assert {path: set(methods) for path, methods in printed["paths"].items()} == {
        path: set(methods) for path, methods in served["paths"].items()
    }
    assert printed["components"]["schemas"].keys() == served["components"]["schemas"].keys()
