"""One API operation: declared once, it makes both the route and its entry in the OpenAPI document."""

import json
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel, TypeAdapter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontends.authentication import authenticate
from frontends.problems import ProblemError
from frontends.services import Services
from storage.database import Connection

_MAX_BODY_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Call:
    """One authenticated call: who calls, the path's parameters, and the services to answer it with."""

    request: Request
    organisation_id: UUID
    services: Services

    def transaction(self) -> AbstractAsyncContextManager[Connection]:
        """A transaction of the caller's organisation."""
        return self.services.database.transaction(self.organisation_id)

    def path_id(self, name: str) -> UUID:
        """An id in the path."""
        value: UUID = self.request.path_params[name]
        return value


@dataclass(frozen=True)
class Operation:
    """A method on a path; `handler` takes the call, and the parsed body where `body` names its shape."""

    method: str
    path: str
    summary: str
    handler: Callable[..., Awaitable[Any]]
    returns: Any
    body: type[BaseModel] | None = None
    status: int = 200
    query: tuple[str, ...] = ()  # names of optional UUID filters
    content_type: str = "application/json"  # a handler of another type makes its response itself

    def route(self, services: Services) -> Route:
        """The Starlette route of this operation."""
        result = TypeAdapter(self.returns)

        async def endpoint(request: Request) -> Response:
            call = Call(request, await authenticate(request, services.database), services)
            if self.body is None:
                value = await self.handler(call)
            else:
                value = await self.handler(call, self.body.model_validate(await _json(request)))
            if isinstance(value, Response):
                return value
            return Response(result.dump_json(value), self.status, media_type=self.content_type)

        return Route(self.path, endpoint, methods=[self.method], name=self.handler.__name__)


def optional_id(call: Call, name: str) -> UUID | None:
    """An optional id in the query; raises ProblemError 422."""
    value = call.request.query_params.get(name)
    try:
        return UUID(value) if value is not None else None
    except ValueError:
        raise ProblemError(422, "invalid-request", f"The query parameter {name} must be a UUID.") from None


async def _json(request: Request) -> Any:
    body = b""
    async for block in request.stream():
        body += block
        if len(body) > _MAX_BODY_BYTES:
            raise ProblemError(413, "body-too-large", f"A request body has at most {_MAX_BODY_BYTES} bytes.")
    try:
        # No body means no choices made: every field at its default.
        return json.loads(body) if body else {}
    except ValueError:
        raise ProblemError(400, "invalid-json", "The request body is not JSON.") from None
