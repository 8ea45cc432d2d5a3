"""The API's OpenAPI document, without a server."""

import json

from frontends.api.openapi import openapi_document
from frontends.app import OPERATIONS


def document() -> str:
    """The document that the front serves at /openapi.json, as JSON on several lines."""
    return json.dumps(openapi_document(OPERATIONS), indent=2, ensure_ascii=False)
