"""Every refusal as problem+json (RFC 9457) with a stable code."""

from typing import Any

import structlog
from pydantic import BaseModel, Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match

from storage.errors import Conflict, Invalid, NotFound, Refusal, Unavailable
from storage.updates import Changed

_log = structlog.get_logger()

_STATUS: dict[type[Refusal], int] = {NotFound: 404, Conflict: 409, Invalid: 422, Changed: 412, Unavailable: 503}
_RETRY_AFTER_S = 2


class FieldProblem(BaseModel):
    """One field at fault."""

    pointer: str | None = Field(default=None, description="JSON pointer of the field in the request body")
    parameter: str | None = Field(default=None, description="name of the query parameter")
    detail: str


class Problem(BaseModel):
    """A refusal, as RFC 9457 has it; `code` is stable and meant for programs."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldProblem] = []


class ProblemError(Exception):
    """Raised where the front itself refuses a request."""

    def __init__(self, status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.headers = status, code, detail, headers


class Misshapen(ProblemError):
    """The body or the query does not have the documented shape."""

    def __init__(self, what: str, errors: list[FieldProblem]) -> None:
        super().__init__(422, "invalid-request", f"The {what} does not have the documented shape.")
        self.errors = errors


def misshapen_body(error: ValidationError) -> ProblemError:
    """What to raise for a body that its shape refuses."""
    if error.errors()[0]["type"] == "json_invalid":
        return ProblemError(400, "invalid-json", "The request body is not JSON.")
    errors = [FieldProblem(pointer=_pointer(found["loc"]), detail=found["msg"]) for found in error.errors()]
    return Misshapen("request body", errors)


def misshapen_query(error: ValidationError) -> ProblemError:
    """What to raise for query parameters that their shape refuses."""
    errors = [
        FieldProblem(parameter=".".join(str(part) for part in found["loc"]), detail=found["msg"])
        for found in error.errors()
    ]
    return Misshapen("query", errors)


def problem_response(
    status: int,
    code: str,
    detail: str,
    errors: list[FieldProblem] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """A problem+json response."""
    problem = Problem(title=code.replace("-", " "), status=status, detail=detail, code=code, errors=errors or [])
    content = problem.model_dump(exclude_none=True)
    return JSONResponse(content, status, headers, media_type="application/problem+json")


async def on_refusal(_: Request, error: Exception) -> Response:
    """A rule of storage said no."""
    assert isinstance(error, Refusal)
    status = next(status for kind, status in _STATUS.items() if isinstance(error, kind))
    errors = [FieldProblem(pointer=error.pointer, detail=error.message)] if error.pointer else None
    headers = {"Retry-After": str(_RETRY_AFTER_S)} if isinstance(error, Unavailable) else None
    return problem_response(status, error.code, error.message, errors, headers)


async def on_problem(_: Request, error: Exception) -> Response:
    """The front itself said no."""
    assert isinstance(error, ProblemError)
    errors = error.errors if isinstance(error, Misshapen) else None
    return problem_response(error.status, error.code, error.detail, errors, error.headers)


async def on_http_exception(request: Request, error: Exception) -> Response:
    """The router said no: an unknown path or method."""
    assert isinstance(error, HTTPException)
    code = {404: "path-not-found", 405: "method-not-allowed"}.get(error.status_code, "http-error")
    headers = {"Allow": _methods(request)} if error.status_code == 405 else None
    return problem_response(error.status_code, code, error.detail, headers=headers)


def _methods(request: Request) -> str:
    """The methods of a path, each of which has a route of its own."""
    routes = [route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE]
    return ", ".join(sorted({method for route in routes for method in route.methods}))


async def on_defect(request: Request, error: Exception) -> Response:
    """A defect of ours: logged with its trace, told without it."""
    _log.error("request failed", path=request.url.path, exc_info=error)
    return problem_response(500, "internal-error", "Something failed on our side. It has been logged.")


def _pointer(location: tuple[Any, ...]) -> str:
    # RFC 6901 escapes.
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)
