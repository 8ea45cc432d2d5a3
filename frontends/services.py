"""What the front works with: it is given these, and makes none of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from storage.database import Database
from storage.media.store import MediaStore


@dataclass(frozen=True)
class Services:
    """The database, the media store, and how each serving deployment is: its name to whether it is healthy."""

    database: Database
    media: MediaStore
    deployments: Callable[[], Awaitable[dict[str, bool]]]
