"""What the front works with: it is given these, and makes none of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from frontends.limits import RateLimits
from storage.database import Database
from storage.device_checks.records import CheckLanguage, PictureCheck, SpeechCheck
from storage.events.listener import EventListener
from storage.identity.records import FaceVerdict
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

    async def look(self, organisation_id: UUID, session_id: UUID, picture: bytes) -> PictureCheck:
        """What a camera's JPEG shows. Raises Invalid where it is none, Unavailable while nobody can look."""
        ...

    async def hear(
        self, organisation_id: UUID, session_id: UUID, recording: bytes, language: CheckLanguage, expected: str
    ) -> SpeechCheck:
        """What is understood of a sentence read aloud. Raises Invalid where it is no sound, Unavailable as `look`."""
        ...

    async def compare(self, organisation_id: UUID, session_id: UUID, live: bytes, reference: bytes) -> FaceVerdict:
        """Whether two encoded pictures show the same person. Raises Unavailable where nobody can tell now."""
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
