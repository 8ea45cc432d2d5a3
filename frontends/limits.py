"""How many requests one caller may send: beyond that, 429 with Retry-After."""

import math
import time
from dataclasses import dataclass

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from frontends.problems import ProblemError
from frontends.settings import FrontSettings
from storage.access import Actor


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

    async def count(self, actor: Actor) -> None:
        """Count an actor's request; raises ProblemError 429."""
        await self._count(self._by_kind[actor.kind], str(actor.id))

    async def count_stranger(self, address: str) -> None:
        """Count a request from an address whose token is none of ours; raises ProblemError 429."""
        await self._count(self._strangers, address)

    async def _count(self, rule: _Rule, who: str) -> None:
        if await self._limiter.hit(rule.item, rule.name, who):
            return
        reset = (await self._limiter.get_window_stats(rule.item, rule.name, who)).reset_time
        headers = {"Retry-After": str(max(1, math.ceil(reset - time.time())))}
        raise ProblemError(429, "rate-limited", f"At most {rule.item} are answered: wait a little.", headers)
