"""Requests as they are asked: against things prepared for them, registered by the operations' ids."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from access.scene import Scene, Sitting


@dataclass(frozen=True)
class Asked:
    """One request against prepared things.

    names: the path's parameters, by name. body: JSON, or bytes of `content_type`. shows: the id that the answer to a
    GET must have where the caller may see it. sitting: whose it is, where a candidate is concerned.
    """

    names: Mapping[str, UUID | int] = field(default_factory=dict)
    body: Any = None
    content_type: str = "application/json"
    query: dict[str, str] = field(default_factory=dict)
    shows: UUID | None = None
    sitting: Sitting | None = None


Ask = Callable[[Scene, str], Awaitable[Asked]]
_REQUESTS: dict[str, Ask] = {}
_BODIES: dict[str, Callable[[], Any]] = {}


async def prepared(operation_id: str, scene: Scene, caller: str) -> Asked:
    """What the caller sends, and what it is about, made anew; raises LookupError for an unknown operation."""
    if operation_id not in _REQUESTS.keys() | _BODIES.keys():
        raise LookupError(f"tests/access has no request for the operation {operation_id}: register one.")
    asked = await _REQUESTS[operation_id](scene, caller) if operation_id in _REQUESTS else Asked()
    return replace(asked, body=_BODIES[operation_id]()) if operation_id in _BODIES else asked


def asks(*operations: str) -> Callable[[Ask], Ask]:
    """Have these operations asked so; the caller's name comes with the scene."""

    def register(ask: Ask) -> Ask:
        _REQUESTS.update(dict.fromkeys(operations, ask))
        return ask

    return register


def sends(**bodies: Callable[[], Any]) -> None:
    """What these operations are sent, where it names nothing that is prepared."""
    _BODIES.update(bodies)
