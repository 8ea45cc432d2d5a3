"""How long after a word is spoken the live transcript has it, by how many candidates talk at once."""

import asyncio
import bisect
import time
from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel

from loadtests.chunks import CHUNK_SECONDS
from loadtests.events import LiveEvent
from models.bench.spread import Spread
from models.speech.contract import Recognizer, Segment
from ops.bench.sitting import Answer, NewKey, Sitting, fresh_key, shipped_answer, sit

GOAL_S = 3.0  # within which words should be seen, at the 95th percentile


class LiveLevel(BaseModel):
    """With `candidates` who talk at once, in real time.

    words_to_event_s: from the end of a word to the coming of the first event that has it, final or not, over `words`.
    p95_announce_s: of announcing a chunk meanwhile. delays: how often analysis said that it falls behind.
    floor_p95_s: of waiting until a word's chunk is complete, and of the bare engine's time for one window; no more.
    ratio_to_floor: floor_p95_s over p95_words_to_event_s.
    """

    candidates: int
    words: int
    p95_words_to_event_s: float
    words_to_event_s: Spread
    p95_announce_s: float
    delays: int
    floor_p95_s: float
    ratio_to_floor: float


class LiveBench(LiveLevel):
    """The level of most candidates that meets the goal, the first where none does, and in `levels` all of them.

    chunk_s: length of a chunk. engine_s: what the bare engine takes for one window.
    """

    goal_s: float
    chunk_s: float
    engine_s: Spread
    levels: list[LiveLevel]


async def bench_live(url: str, new_key: NewKey, engine_s: Spread, candidates: Sequence[int] = (1, 2)) -> LiveBench:
    """Play a Chinese and an English answer to the Parley at `url`, at each number of candidates (ascending).

    The first level that misses the goal is the last one. engine_s: see `engine_seconds`.
    """
    levels: list[LiveLevel] = []
    for count in candidates:
        key, answers = await fresh_key(new_key), _answers(count)
        sittings: list[Sitting] = []
        for first in range(0, len(answers), count):
            sittings += await asyncio.gather(*(sit(url, key, answer) for answer in answers[first : first + count]))
        levels.append(_level(count, sittings, engine_s.median))
        if levels[-1].p95_words_to_event_s > GOAL_S:
            break
    best = max((level for level in levels if level.p95_words_to_event_s <= GOAL_S), key=_count, default=levels[0])
    return LiveBench(**best.model_dump(), goal_s=GOAL_S, chunk_s=CHUNK_SECONDS, engine_s=engine_s, levels=levels)


def engine_seconds(recognizer: Recognizer, segments: Sequence[Segment]) -> Spread:
    """The seconds in which a bare engine transcribes each of `segments` alone, after a first that warms it up."""
    seconds = []
    for segment in [segments[0], *segments]:
        started = time.perf_counter()
        recognizer.transcribe([segment])
        seconds.append(time.perf_counter() - started)
    return Spread.of(seconds[1:])


def first_seen(events: Sequence[LiveEvent]) -> list[tuple[float, float]]:
    """Of each word of one take: its end in the recording, and when the first event with it came.

    A word is new where its middle lies in no stretch that an earlier event's words reach over: the transcript of a
    complete segment repeats, moved a little, what was told before it was complete.
    """
    told: list[tuple[float, float]] = []
    seen = []
    for event in events:
        words = event.data["words"] if event.kind == "transcript" else []
        for word in words:
            middle = (word["start"] + word["end"]) / 2
            if not any(start <= middle <= end for start, end in told):
                seen.append((word["end"], event.received_at))
        if words:
            told.append((words[0]["start"], words[-1]["end"]))
    return seen


def _answers(count: int) -> list[Answer]:
    """Half Chinese, half English; at least one of each."""
    return [shipped_answer("zh"), shipped_answer("en")] * max(1, count // 2)


def _level(count: int, sittings: Sequence[Sitting], engine_s: float) -> LiveLevel:
    lags, floors, announcing = list[float](), list[float](), list[float]()
    for sitting in sittings:
        ends = [chunk.ends_at for chunk in sitting.answer.chunks]
        for end, received_at in first_seen(sitting.events):
            lags.append(received_at - (sitting.take.began_at + end))
            delivered_at = ends[min(bisect.bisect_left(ends, end), len(ends) - 1)]
            floors.append(max(0.0, delivered_at - end) + engine_s)
        announcing += sitting.record.seconds("announce chunk")
    p95, floor = float(np.percentile(lags, 95)), float(np.percentile(floors, 95))
    return LiveLevel(
        candidates=count,
        words=len(lags),
        p95_words_to_event_s=round(p95, 3),
        words_to_event_s=Spread.of(lags),
        p95_announce_s=round(float(np.percentile(announcing, 95)), 4),
        delays=sum(sitting.delays for sitting in sittings),
        floor_p95_s=round(floor, 3),
        ratio_to_floor=round(floor / p95, 3),
    )


def _count(level: LiveLevel) -> int:
    return level.candidates
