"""Hooks that Schemathesis loads: of its valid calls most name things that exist, so that they reach further than 404.

PREPARED_ROWS in the environment holds them: JSON, as prepared_organisation.prepare returns it.
"""

import itertools
import json
import os
import re
from collections.abc import Mapping
from typing import Any

import schemathesis

_ROWS: list[dict[str, str | int]] = json.loads(os.environ["PREPARED_ROWS"])
_KINDS = {
    "uuid": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE),
    "sha256": re.compile(r"[0-9a-f]{64}"),
}
# Counted, not drawn: runs repeat.
_CALLS = itertools.count()


def _row(context: Any) -> Mapping[str, str | int]:
    """What this call names; every fourth names nothing that exists."""
    number = next(_CALLS)
    if number % 4 == 3:
        return {}
    row = _ROWS[number % len(_ROWS)]
    is_outbox = context.operation is not None and context.operation.path.startswith("/v1/messages")
    return row | {"message_id": row["outbox_message_id"]} if is_outbox else row


def _named(values: Any, row: Mapping[str, str | int]) -> Any:
    """The values, with the row's in place of those of the same name and kind; those of other kinds are wrong on
    purpose."""
    if isinstance(values, list):
        return [_named(value, row) for value in values]
    if not isinstance(values, dict):
        return values
    return {
        name: row[name] if name in row and _kind(row[name]) == _kind(value) else _named(value, row)
        for name, value in values.items()
    }


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return next((kind for kind, pattern in _KINDS.items() if pattern.fullmatch(value)), "text")
    if type(value) is int:
        return "natural" if value > 0 else "integer"
    return type(value).__name__


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: Any) -> Any:
    return _named(path_parameters, _row(context))


@schemathesis.hook
def map_query(context: Any, query: Any) -> Any:
    return _named(query, _row(context))


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    if isinstance(body, str) and context.operation.path.endswith("/bulk"):
        return f"name\n{body}"
    return _named(body, _row(context))


@schemathesis.hook
def map_headers(context: Any, headers: Any) -> Any:
    # A version that was never read is refused before anything else is looked at.
    if headers and str(headers.get("If-Match", "")).strip('"').isdigit():
        return {**headers, "If-Match": "*"}
    return headers


@schemathesis.serializer("image/jpeg", "audio/webm", "audio/mp4", "audio/ogg", "video/webm", "video/mp4")
def sample(context: Any, value: Any) -> Any:
    """The device check's samples are bytes of any kind: what they hold is looked at, and refused."""
    raw = getattr(value, "data", value)
    return raw if isinstance(raw, bytes) else str(raw).encode()
