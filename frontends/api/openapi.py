"""The OpenAPI 3.1 document, made from the operations themselves."""

import re
from collections.abc import Iterable
from typing import Any, get_origin

from openapi_pydantic import OpenAPI
from openapi_pydantic.util import PydanticSchema, construct_open_api_with_schema_class
from pydantic import BaseModel

from frontends.api.operation import Operation
from frontends.problems import Problem

_PARAMETER = re.compile(r"{(\w+):(\w+)}")
_TYPES: dict[str, dict[str, Any]] = {
    "uuid": {"type": "string", "format": "uuid"},
    "int": {"type": "integer", "minimum": 0},
}
_PROBLEMS = {
    400: "The request is not well-formed.",
    401: "No token, or one that is unknown, expired or revoked.",
    403: "The token does not open this.",
    404: "There is no such thing, or it is not the caller's.",
    409: "The thing's present state does not allow this.",
    412: "It was changed meanwhile.",
    413: "The body is too large.",
    415: "The body's type is not taken here.",
    422: "The input breaks a rule: `errors` names the fields.",
    428: "If-Match is missing.",
    429: "Too many requests: wait as long as Retry-After says.",
    503: "A server that is needed does not answer: try again.",
}
_DESCRIPTION = """Interviews in, evidence-backed reports out.

Every POST takes an `Idempotency-Key`: sent again within a day, it gives the first answer. Lists come in pages:
`next_cursor` of one is `cursor` of the next. PATCH needs the `ETag` that was read as `If-Match`. Refusals are
problem+json (RFC 9457); `code` is stable. Times are RFC 3339, in UTC where Parley makes them.
"""


def openapi_document(operations: Iterable[Operation]) -> dict[str, Any]:
    """The document as JSON."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        path = _PARAMETER.sub(r"{\1}", operation.path)
        paths.setdefault(path, {})[operation.method.lower()] = _entry(operation)
    document = OpenAPI.model_validate(
        {
            "openapi": "3.1.1",
            "info": {"title": "Parley", "version": "1", "description": _DESCRIPTION},
            "security": [{"token": []}],
            "components": {
                "securitySchemes": {
                    "token": {"type": "http", "scheme": "bearer", "description": "An API key, or a candidate's token."}
                }
            },
            "paths": paths,
        }
    )
    return construct_open_api_with_schema_class(document, by_alias=True).model_dump(
        by_alias=True, exclude_none=True, mode="json"
    )


def _entry(operation: Operation) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "operationId": operation.handler.__name__,
        "summary": operation.summary,
        "description": f"Scope: `{operation.scope}`."
        + (" A candidate's token opens it for their own session." if operation.for_candidates else ""),
        "tags": [operation.subject],
        "parameters": _parameters(operation),
        "responses": {str(operation.status): _success(operation)}
        | {
            str(status): {
                "description": _PROBLEMS[status],
                "content": {"application/problem+json": {"schema": PydanticSchema(schema_class=Problem)}},
            }
            for status in _refusals(operation)
        },
    }
    if operation.body is not None:
        entry["requestBody"] = {"required": _needs_body(operation.body), "content": _content(operation.body)}
    elif operation.uploads:
        content = {kind: {"schema": {"type": "string"}} for kind in operation.uploads}
        entry["requestBody"] = {"required": True, "content": content}
    return entry


def _success(operation: Operation) -> dict[str, Any]:
    if operation.returns is None:
        return {"description": "Done."}
    return {"description": "Done.", "content": _content(operation.returns, operation.content_type)}


def _refusals(operation: Operation) -> list[int]:
    """The statuses that an operation may refuse with."""
    statuses = {400, 401, 403, 404, 422, 429, 503}
    if operation.method != "GET":
        statuses |= {409, 413}
    if operation.body is not None or operation.uploads:
        statuses |= {415}
    if operation.changes_version:
        statuses |= {412, 428}
    if operation.path.endswith("/report"):
        statuses |= {409}  # there is none yet, or never will be
    return sorted(statuses)


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": _TYPES[kind]}
        for name, kind in _PARAMETER.findall(operation.path)
    ]
    if operation.query is not None:
        schema = operation.query.model_json_schema()
        required = schema.get("required", [])
        for name, field in schema["properties"].items():
            found.append({"name": name, "in": "query", "required": name in required, "schema": _given(field)})
    if operation.method == "POST":
        found.append(_header("Idempotency-Key", required=False, schema={"type": "string", "maxLength": 255}))
    if operation.changes_version:
        found.append(_header("If-Match", required=True, schema={"type": "string", "examples": ['"3"']}))
    return found


def _given(field: dict[str, Any]) -> dict[str, Any]:
    # A query parameter that is not sent is null; no text says so.
    kinds = [kind for kind in field.get("anyOf", []) if kind != {"type": "null"}]
    rest = {name: value for name, value in field.items() if name != "anyOf" and value is not None}
    return rest | kinds[0] if kinds else rest


def _header(name: str, required: bool, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "schema": schema}


def _content(shape: Any, content_type: str = "application/json") -> dict[str, Any]:
    if not (isinstance(shape, type) and issubclass(shape, BaseModel)):
        raise TypeError(f"an operation returns a model, not {get_origin(shape) or shape}")
    return {content_type: {"schema": PydanticSchema(schema_class=shape)}}


def _needs_body(body: type[BaseModel]) -> bool:
    return any(field.is_required() for field in body.model_fields.values())
