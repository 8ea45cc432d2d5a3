"""What the front works with: it is given these, and makes none of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from frontends.limits import RateLimits
from storage.database import Database
from storage.events.listener import EventListener
from storage.media.store import MediaStore
from storage.webhooks.targets import TargetRules


class Live(Protocol):
    """Whoever follows takes while they grow."""

    async def tell(self, organisation_id: UUID, session_id: UUID, take_id: UUID) -> None:
        """A take has a new chunk or its end."""
        ...

    async def let_go(self, session_id: UUID) -> None:
        """Nothing of a session is wanted any more."""
        ...


@dataclass(frozen=True)
class Services:
    """The database, the media store, and the listener for events; how each serving deployment is, by its name; and
    who follows the takes; how much each
    caller may ask; how candidates reach the front, where that is known; and where webhooks may go."""

    database: Database
    media: MediaStore
    events: EventListener
    deployments: Callable[[], Awaitable[dict[str, bool]]]
    live: Live
    limits: RateLimits
    public_url: str | None
    webhook_targets: TargetRules
