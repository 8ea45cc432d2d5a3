"""When and how long to try again: as the server says, else by exponential backoff, always with jitter."""

from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec, TypeVar

import httpx
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_delay,
    wait_random_exponential,
)

from loadtests.refused import Refused

P = ParamSpec("P")
T = TypeVar("T")

# Overload says 429 or 503; a front or an S3 that dies in the middle of a request shows as one of the others.
_PASSING = {408, 429, 500, 502, 503, 504}
# Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
_BACKOFF = wait_random_exponential(multiplier=0.2, max=5)


async def patiently(patience_s: float, call: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `call` returns, called again while what fails may pass, for `patience_s`; then raises its last error."""

    async def awaited() -> T:
        return await call(*args, **kwargs)

    return await AsyncRetrying(**_policy(patience_s))(awaited)


def patiently_now(patience_s: float, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """`patiently` for a call that blocks."""
    return Retrying(**_policy(patience_s))(call, *args, **kwargs)


def _policy(patience_s: float) -> dict[str, Any]:
    return {
        "retry": retry_if_exception(_may_pass),
        "wait": _wait,
        "stop": stop_after_delay(patience_s),
        "reraise": True,
    }


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, httpx.TransportError) or (isinstance(error, Refused) and error.status in _PASSING)


def _wait(state: RetryCallState) -> float:
    assert state.outcome is not None  # waiting follows an attempt
    error = state.outcome.exception()
    asked = error.retry_after_s if isinstance(error, Refused) else None
    # Candidates who were all told the same time must not come back all at once.
    return (asked or 0.0) + _BACKOFF(state)
