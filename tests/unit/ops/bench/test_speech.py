import asyncio
from collections.abc import Sequence

import numpy as np
import pytest

from models.bench.ceiling import Ceiling, Work
from models.speech.contract import SAMPLE_RATE, Capabilities, Segment
from models.speech.transcript import Transcript
from ops.bench import speech
from ops.bench.speech import bench_speech, shipped_segments

pytestmark = pytest.mark.unit

SILENT = Transcript(language="en", words=(), confidence=0, recognizer="fake")


class Clock:
    """Time that passes only where a fake engine lets it."""

    def __init__(self) -> None:
        self.now = 0.0

    def perf_counter(self) -> float:
        return self.now


class FakeRecognizer:
    name = "fake"
    capabilities = Capabilities(languages=("en",), word_times=False, streaming=False, max_segment_s=30)

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def transcribe(self, segments: Sequence[Segment]) -> list[Transcript]:
        """Takes a quarter of the sound's time."""
        self._clock.now += sum(segment.seconds for segment in segments) / 4
        return [SILENT for _ in segments]


class FakeServer:
    """Takes a second for a batch, which is whatever comes before it begins."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._batch: asyncio.Future[None] | None = None
        self.sent: list[Segment] = []

    async def transcribe(self, segments: Sequence[Segment]) -> list[Transcript]:
        self.sent += segments
        if self._batch is None:
            self._batch = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_soon(self._compute)
        await self._batch
        return [SILENT for _ in segments]

    def _compute(self) -> None:
        assert self._batch is not None
        self._clock.now += 1.0
        self._batch.set_result(None)
        self._batch = None


async def test_figures_come_from_what_was_sent_and_when(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(speech, "time", clock)
    monkeypatch.setattr(
        speech, "measure_ceiling", lambda kind, threads: Ceiling({"int8": 100.0}[kind] * threads, 1000.0)
    )
    segments = [Segment(np.ones(SAMPLE_RATE * seconds, np.float32), 0.0, "en") for seconds in (2, 4)]
    server = FakeServer(clock)
    # The first is bound by computing, the second by memory.
    work = [Work(macs=50.0, bytes=1.0), Work(macs=1.0, bytes=750.0)]
    result = await bench_speech(
        server.transcribe, FakeRecognizer(clock), segments, lambda *_: work, concurrency=(1, 2, 8), threads=2
    )
    one, two, eight = result.levels
    # Alone, four batches of a second each for 2 + 4 + 2 + 4 seconds of sound, which the bare engine does in 3.
    assert (one.segments, one.rtfx, one.ratio_served_to_bare, one.p95_s, one.batched_ratio) == (4, 3.0, 0.75, 1.0, 1.0)
    assert (two.segments, two.rtfx, two.ratio_served_to_bare, two.batched_ratio) == (4, 6.0, 1.5, 2.0)
    assert (eight.segments, eight.rtfx, eight.ratio_served_to_bare, eight.batched_ratio) == (8, 24.0, 6.0, 8.0)
    assert (result.concurrency, result.rtfx) == (8, 24.0)
    assert result.bare_rtfx.median == 4.0
    # Twice 50 multiply-accumulates at 200 a second and 750 bytes at 1000, for 6 seconds of sound.
    assert (result.floor_rtfx, result.ratio_to_floor) == (3.0, 8.0)
    loudest = [float(segment.audio.max()) for segment in server.sent[-8:]]
    assert len(set(loudest)) == 8 and min(loudest) > 0.95


def test_shipped_segments_are_chinese_and_english_in_turn() -> None:
    segments = shipped_segments()
    assert [segment.language for segment in segments] == ["zh", "en"] * 2
    assert {len(segment.audio) for segment in segments} == {round(speech.SEGMENT_S * SAMPLE_RATE)}
    assert all(float(np.abs(segment.audio).max()) > 0.05 for segment in segments)
