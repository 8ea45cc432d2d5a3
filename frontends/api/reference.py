"""The page to read the API on: Swagger UI over our own OpenAPI document, with no file from anywhere else."""

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Parley API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<main id="reference"></main>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
_START = """SwaggerUIBundle({ url: "/openapi.json", dom_id: "#reference", deepLinking: true, tryItOutEnabled: false });
"""
# Swagger UI sets styles from its script, and has its pictures as data URLs.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; connect-src 'self'; script-src 'self';"
    " style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}


def reference_routes(document: dict[str, Any]) -> list[Route]:
    """The document itself, and the page with its files."""
    content = json.dumps(document, ensure_ascii=False, indent=1)

    async def openapi(_: Request) -> Response:
        return Response(content, media_type="application/json")

    async def page(_: Request) -> Response:
        return Response(_PAGE, headers=_HEADERS, media_type="text/html")

    async def start(_: Request) -> Response:
        return Response(_START, headers=_HEADERS, media_type="text/javascript")

    async def file(request: Request) -> Response:
        return FileResponse(_assets() / request.url.path.rsplit("/", 1)[1], headers=_HEADERS)

    return [
        Route("/openapi.json", openapi),
        Route("/docs", page),
        Route("/docs/start.js", start),
        Route("/docs/swagger-ui.css", file),
        Route("/docs/swagger-ui-bundle.js", file),
    ]


@cache
def _assets() -> Path:
    # Found without being imported: it would bring a second web framework into the front.
    found = find_spec("fastapi_offline")
    assert found is not None and found.origin is not None, "fastapi-offline is installed with Parley"
    return Path(found.origin).with_name("static")
