"""One API operation: declared once, it makes both the route and its entry in the OpenAPI document."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, BinaryIO
from uuid import UUID

import structlog
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontends.authentication import authenticate
from frontends.bodies import Body, spooled
from frontends.idempotency import Idempotency
from frontends.problems import ProblemError, misshapen_body, misshapen_query
from frontends.services import Services
from frontends.versions import etag, seen_version
from storage.access import Actor, Scope
from storage.audit.transactions import record_audit
from storage.database import Connection

_MAX_BODY_BYTES = 1024 * 1024
_MAX_UPLOAD_BYTES = 20 * 1024 * 1024


@dataclass
class Call:
    """One authenticated call: who calls, the path's and query's parameters, and the services to answer it with.

    `connection` is the call's transaction, which ends with the call; operations with transactions of their own have
    none.
    """

    request: Request
    actor: Actor
    services: Services
    query: Any = None
    upload: Body | None = None
    _connection: Connection | None = None
    _afterwards: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    @property
    def connection(self) -> Connection:
        """The transaction of this call."""
        assert self._connection is not None, "this operation has transactions of its own"
        return self._connection

    @property
    def uploaded(self) -> BinaryIO:
        """The body, of an operation that reads it itself."""
        assert self.upload is not None  # every call has its body
        return self.upload.file

    @property
    def content_type(self) -> str:
        """The body's type, without parameters."""
        return self.request.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def organisation_id(self) -> UUID:
        """The organisation that the caller acts in."""
        return self.actor.organisation_id

    def transaction(self) -> AbstractAsyncContextManager[Connection]:
        """A transaction of the caller's own."""
        return self.services.database.transaction(self.actor, self.request_id)

    @property
    def request_id(self) -> str:
        """What the log and the audit log name this call."""
        return str(structlog.contextvars.get_contextvars().get("request_id", ""))

    def path_id(self, name: str) -> UUID:
        """An id in the path."""
        value: UUID = self.request.path_params[name]
        return value

    @property
    def version(self) -> int:
        """The version that the caller has seen of what they change (If-Match)."""
        return seen_version(self.request)

    def afterwards(self, action: Callable[[], Awaitable[None]]) -> None:
        """Do this once the transaction has committed."""
        self._afterwards.append(action)


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
    scope: Scope = field(kw_only=True)
    for_candidates: bool = field(default=False, kw_only=True)  # a candidate's token may call it, for their own session
    query: type[BaseModel] | None = field(default=None, kw_only=True)
    audit: str | None = field(default=None, kw_only=True)  # what the audit log calls it, where reading is to be known
    uploads: tuple[str, ...] = field(default=(), kw_only=True)  # content types of a body that the handler reads itself
    upload_bytes: int = field(default=_MAX_UPLOAD_BYTES, kw_only=True)  # how long such a body may be
    own_transactions: bool = field(default=False, kw_only=True)
    content_type: str = field(default="application/json", kw_only=True)  # a handler of another type answers itself

    @property
    def subject(self) -> str:
        """The tag of the operation: its first path segment after the version."""
        return self.path.split("/")[2]

    @property
    def changes_version(self) -> bool:
        """Whether it needs If-Match."""
        return self.method == "PATCH"

    def route(self, services: Services) -> Route:
        """The Starlette route of this operation."""

        async def endpoint(request: Request) -> Response:
            actor = await self._admit(request, services)
            call = Call(request, actor, services, query=self._read_query(request))
            async with spooled(request, self.upload_bytes if self.uploads else _MAX_BODY_BYTES) as body:
                call.upload = body
                arguments = self._read_body(request, body.file)
                if self.own_transactions:
                    response = await self._answer(call, arguments)
                else:
                    response = await self._answer_once(call, arguments, Idempotency(request, actor, body.digest))
            for action in call._afterwards:
                await action()
            return response

        return Route(self.path, endpoint, methods=[self.method], name=self.handler.__name__)

    async def _admit(self, request: Request, services: Services) -> Actor:
        try:
            actor = await authenticate(request, services.database)
        except ProblemError:
            await services.limits.count_stranger(request.client.host if request.client else "")
            raise
        await services.limits.count(actor)
        if actor.kind == "candidate":
            if not self.for_candidates:
                raise ProblemError(403, "not-for-candidates", "A candidate's token does not open this.")
        elif self.scope not in actor.scopes:
            raise ProblemError(403, "scope-missing", f"This needs the scope {self.scope}, which you do not have.")
        return actor

    async def _answer_once(self, call: Call, arguments: list[Any], idempotency: Idempotency) -> Response:
        async with call.transaction() as connection:
            first = await idempotency.first_answer(connection)
            if first is not None:
                return first
            call._connection = connection
            response = await self._answer(call, arguments)
            if self.audit is not None:
                await record_audit(connection, self.audit, self.audit.split(".")[0], _object_id(call))
            await idempotency.keep(connection, response)
            return response

    async def _answer(self, call: Call, arguments: list[Any]) -> Response:
        value = await self.handler(call, *arguments)
        if isinstance(value, Response):
            return value
        if value is None:
            return Response(status_code=self.status)
        content = self._result.dump_json(value)
        return Response(content, self.status, etag(value), media_type=self.content_type)

    @cached_property
    def _result(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.returns)

    def _read_query(self, request: Request) -> Any:
        given = request.query_params
        if self.query is None:
            if given:
                raise ProblemError(422, "query-unknown", "This operation takes no query parameters.")
            return None
        try:
            return self.query.model_validate(dict(given))
        except ValidationError as error:
            raise misshapen_query(error) from None

    def _read_body(self, request: Request, file: BinaryIO) -> list[Any]:
        kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
        if self.uploads and kind not in self.uploads:
            raise ProblemError(415, "content-type-unknown", f"Send the body as {' or '.join(self.uploads)}.")
        if self.body is None:
            return []
        body = file.read()
        if body and kind not in ("application/json", "application/merge-patch+json"):
            raise ProblemError(415, "content-type-unknown", "Send the body as application/json.")
        # No body means no choices made: every field at its default.
        try:
            return [self.body.model_validate_json(body or b"{}", strict=True)]
        except ValidationError as error:
            raise misshapen_body(error) from None


def _object_id(call: Call) -> UUID | None:
    return next((value for value in call.request.path_params.values() if isinstance(value, UUID)), None)
