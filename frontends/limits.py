"""How many requests one caller may send: beyond that, 429 with Retry-After."""

import math
import time
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from frontends.problems import ProblemError
from frontends.settings import FrontSettings
from storage.access import Actor

Check = Literal["picture", "speech", "probe", "report"]

# Of one session's device check: engines compute the first two, S3 stores the third. A page that looks for a lit face
# asks once a second, and nobody reads sentences faster than one in three seconds.
_CHECKS: dict[Check, str] = {
    "picture": "60 per minute",
    "speech": "20 per minute",
    "probe": "20 per minute",
    "report": "20 per minute",
}


@dataclass(frozen=True)
class _Rule:
    """A limit, and whom it counts apart."""

    name: str
    item: RateLimitItem


class RateLimits:
    """Counts in this process: behind several front replicas, each allows a caller this much."""

    def __init__(self, settings: FrontSettings) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._by_kind = {
            "key": _Rule("key", parse(settings.rate_limit)),
            "member": _Rule("member", parse(settings.rate_limit)),
            "candidate": _Rule("candidate", parse(settings.candidate_rate_limit)),
        }
        self._strangers = _Rule("stranger", parse(settings.stranger_rate_limit))
        self._checks = {check: _Rule(f"check-{check}", parse(limit)) for check, limit in _CHECKS.items()}

    async def count(self, actor: Actor) -> None:
        """Count an actor's request; raises ProblemError 429."""
        await self._count(self._by_kind[actor.kind], str(actor.id))

    async def count_stranger(self, address: str) -> None:
        """Count a request from an address whose token is none of ours; raises ProblemError 429."""
        await self._count(self._strangers, address)

    async def count_check(self, check: Check, session_id: UUID) -> None:
        """Count a part of a session's device check; raises ProblemError 429."""
        await self._count(self._checks[check], str(session_id))

    async def _count(self, rule: _Rule, who: str) -> None:
        if await self._limiter.hit(rule.item, rule.name, who):
            return
        reset = (await self._limiter.get_window_stats(rule.item, rule.name, who)).reset_time
        headers = {"Retry-After": str(max(1, math.ceil(reset - time.time())))}
        raise ProblemError(429, "rate-limited", f"At most {rule.item} are answered: wait a little.", headers)
