"""The OpenAPI 3.1 document, made from the operations themselves."""

import re
from collections.abc import Iterable
from typing import Any, get_args, get_origin

from openapi_pydantic import OpenAPI
from openapi_pydantic.util import PydanticSchema, construct_open_api_with_schema_class
from pydantic import BaseModel

from frontends.api.operation import Operation
from frontends.problems import Problem

_PARAMETER = re.compile(r"{(\w+):(\w+)}")
_TYPES: dict[str, dict[str, Any]] = {
    "uuid": {"type": "string", "format": "uuid"},
    "int": {"type": "integer"},
}


def openapi_document(operations: Iterable[Operation]) -> dict[str, Any]:
    """The document as JSON."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        path = _PARAMETER.sub(r"{\1}", operation.path)
        paths.setdefault(path, {})[operation.method.lower()] = _entry(operation)
    document = OpenAPI.model_validate(
        {
            "openapi": "3.1.1",
            "info": {"title": "Parley", "version": "1", "description": "Interviews in, evidence-backed reports out."},
            "security": [{"key": []}],
            "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
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
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": _TYPES[kind]}
            for name, kind in _PARAMETER.findall(operation.path)
        ]
        + [{"name": name, "in": "query", "schema": _TYPES["uuid"]} for name in operation.query],
        "responses": {
            str(operation.status): {
                "description": "Done.",
                "content": _content(operation.returns, operation.content_type),
            },
            "default": {
                "description": "Refused: `code` tells why.",
                "content": {"application/problem+json": {"schema": PydanticSchema(schema_class=Problem)}},
            },
        },
    }
    if operation.body is not None:
        entry["requestBody"] = {"required": _needs_body(operation.body), "content": _content(operation.body)}
    return entry


def _content(shape: Any, content_type: str = "application/json") -> dict[str, Any]:
    schema: Any
    if get_origin(shape) is list:
        schema = {"type": "array", "items": PydanticSchema(schema_class=get_args(shape)[0])}
    else:
        schema = PydanticSchema(schema_class=shape)
    return {content_type: {"schema": schema}}


def _needs_body(body: type[BaseModel]) -> bool:
    return any(field.is_required() for field in body.model_fields.values())
