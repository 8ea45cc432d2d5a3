"""The Starlette application: the API, the candidate's page, health and metrics."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest, multiprocess
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from frontends.api import (
    accommodations,
    applications,
    audit,
    candidates,
    chat,
    comparisons,
    consents,
    decisions,
    device_checks,
    events,
    identity,
    interviews,
    invitations,
    keys,
    members,
    messages,
    outcomes,
    policies,
    positions,
    privacy,
    recordings,
    resumes,
    sessions,
    signals,
    sittings,
    takes,
    templates,
    text_answers,
    voices,
    webhooks,
)
from frontends.api.openapi import openapi_document
from frontends.api.reference import reference_routes
from frontends.candidate.routes import candidate_routes
from frontends.middleware import Observe
from frontends.problems import (
    ProblemError,
    on_defect,
    on_http_exception,
    on_problem,
    on_refusal,
)
from frontends.services import Services
from storage.errors import Refusal

_SUBJECTS = (
    positions,
    templates,
    interviews,
    voices,
    candidates,
    resumes,
    applications,
    invitations,
    messages,
    sittings,
    accommodations,
    chat,
    consents,
    identity,
    device_checks,
    takes,
    text_answers,
    signals,
    recordings,
    sessions,
    events,
    decisions,
    comparisons,
    outcomes,
    policies,
    privacy,
    webhooks,
    members,
    keys,
    audit,
)
OPERATIONS = [operation for subject in _SUBJECTS for operation in subject.OPERATIONS]


def create_app(services: Services) -> Starlette:
    """The front on top of the given services; it opens the database when it starts and closes it when it stops."""
    document = openapi_document(OPERATIONS)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with services.database, services.events:
            yield

    async def healthz(_: Request) -> Response:
        return JSONResponse({"alive": True})

    async def readyz(_: Request) -> Response:
        ready = {
            "database": await services.database.answers(),
            "media_store": await to_thread.run_sync(services.media.answers),
            **await services.deployments(),
        }
        return JSONResponse(ready, 200 if all(ready.values()) else 503)

    return Starlette(
        routes=[
            *reference_routes(document),
            *candidate_routes(services.media.public_origin),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", metrics),
            *(operation.route(services) for operation in OPERATIONS),
        ],
        lifespan=lifespan,
        middleware=[Middleware(Observe), Middleware(GZipMiddleware, minimum_size=1000)],
        exception_handlers={
            Refusal: on_refusal,
            ProblemError: on_problem,
            HTTPException: on_http_exception,
            Exception: on_defect,
        },
    )


async def metrics(_: Request) -> Response:
    """The metrics of every Parley process of this machine: each writes its own into the folder they share."""
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
