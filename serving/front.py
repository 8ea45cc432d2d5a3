"""Front: the Starlette application as the ingress of the Serve application."""

import asyncio
from typing import Any

from ray import serve
from ray.exceptions import TaskCancelledError
from ray.serve.handle import DeploymentHandle
from starlette.applications import Starlette
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from frontends.app import create_app
from frontends.limits import RateLimits
from frontends.services import Services
from frontends.settings import FrontSettings
from serving.live_handle import LiveHandle
from serving.log import configure_log
from storage.database import Database
from storage.events.listener import EventListener
from storage.media.store import MediaStore
from storage.settings import StorageSettings
from storage.webhooks.settings import WebhookSettings
from storage.webhooks.targets import TargetRules

APPLICATION = "parley"


@serve.ingress()
class Front:
    """Serves the API; media never passes through it."""

    def __init__(self, live: DeploymentHandle[Any], *_beside: DeploymentHandle[Any]) -> None:
        """`_beside` are deployments that run beside the front: binding them here deploys them with it."""
        configure_log()
        self._live = LiveHandle(live)

    def __serve_build_asgi_app__(self) -> Starlette:
        settings, front = StorageSettings(), FrontSettings()
        services = Services(
            Database(settings),
            MediaStore(settings),
            EventListener(settings),
            deployment_health,
            self._live,
            RateLimits(front),
            front.public_url,
            TargetRules(WebhookSettings()),
        )
        app = create_app(services)
        app.add_middleware(Hangup)
        return app


class Hangup:
    """Tells the application that its caller has gone as ASGI does: Ray cancels what it waits for instead."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def receive_or_hang_up() -> Message:
            try:
                return await receive()
            except TaskCancelledError:
                return {"type": "http.disconnect"}

        await self._app(scope, receive_or_hang_up, send)


async def deployment_health() -> dict[str, bool]:
    """Each deployment of the application, and whether it is healthy."""
    application = (await asyncio.to_thread(serve.status)).applications.get(APPLICATION)
    if application is None:
        return {"serving": False}
    return {name: deployment.status == "HEALTHY" for name, deployment in application.deployments.items()}
