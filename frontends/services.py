"""What the front works with: it is given these, and makes none of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from storage.database import Database
from storage.events.listener import EventListener
from storage.media.store import MediaStore


@dataclass(frozen=True)
class Services:
    """The database, the media store, and the listener for events; how each serving deployment is, by its name; and whom
    to tell that a take has a new chunk or its end: organisation, session and take."""

    database: Database
    media: MediaStore
    events: EventListener
    deployments: Callable[[], Awaitable[dict[str, bool]]]
    tell_live: Callable[[UUID, UUID, UUID], Awaitable[None]]
