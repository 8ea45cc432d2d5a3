"""Sittings as they could have been."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from loadtests.chunks import Chunk
from loadtests.events import LiveEvent
from loadtests.record import Call, PlayedTake, Record
from ops.bench.sitting import Answer, Sitting


def event(kind: str, received_at: float, **data: Any) -> LiveEvent:
    return LiveEvent(1, kind, data, datetime.now(UTC), received_at)


def transcript(received_at: float, *words: tuple[float, float]) -> LiveEvent:
    return event("transcript", received_at, words=[{"start": start, "end": end} for start, end in words])


def answer(language: Literal["zh", "en"] = "en", seconds: float = 4.0) -> Answer:
    """Chunks of two seconds."""
    count = round(seconds / 2)
    return Answer(language, tuple(Chunk(number, 2.0 * (number + 1), b"") for number in range(count)))


def sitting(
    played: Answer, events: Sequence[LiveEvent], *, reported_at: float = 12.0, scoring: float = 0.5, busy: float = 1.0
) -> Sitting:
    """Began at 0, announced one chunk in 10 ms, submitted at 10."""
    record = Record("session", [Call("announce chunk", 0.0, 0.01)], [PlayedTake("take", 1, 0.0)], submitted_at=10.0)
    stages = {"speech": busy * 0.75, "faces": busy * 0.25, "scoring": scoring}
    told = [*events, event("state", reported_at, state="reported")]
    return Sitting(played, record, told, {"processing_seconds": stages})
