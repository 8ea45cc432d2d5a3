"""How fast speech is transcribed as served, against the bare engine on the same sound, by how many talk at once."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import numpy as np
from pydantic import BaseModel

from loadtests.script import load_script
from models.bench.ceiling import Kind, Work, measure_ceiling
from models.bench.spread import Spread
from models.media.audio import decode_audio
from models.speech.contract import SAMPLE_RATE, Recognizer, Segment
from models.speech.transcript import Transcript

SEGMENT_S = 3.0  # up to 16 s, Whisper encodes the same window whatever it holds: longer ones only take longer
AT_LEAST = 4  # segments at the lowest concurrency

TranscribeServed = Callable[[Sequence[Segment]], Awaitable[list[Transcript]]]


class SpeechLevel(BaseModel):
    """With `concurrency` candidates, each of whom sends the next segment when the last one's transcript has come.

    rtfx: seconds of sound per second, of all together. p95_s: 95th percentile of the seconds from segment to
    transcript. ratio_served_to_bare: what the bare engine takes for the same segments over what this took.
    batched_ratio: rtfx over that of one candidate alone, whom nobody shares a batch with.
    """

    concurrency: int
    segments: int
    ratio_served_to_bare: float
    rtfx: float
    latency_s: Spread
    p95_s: float
    batched_ratio: float


class SpeechBench(SpeechLevel):
    """The level of highest concurrency, that is, at saturation, and in `levels` all of them.

    bare_rtfx: over the measured segments, one by one. gmacs_per_segment, mbytes_per_segment: the least work, see
    WhisperWork. floor_rtfx: what the ceilings, a matrix product in the engine's number type and copying, would make of
    that work; ratio_to_floor: rtfx over it.
    """

    levels: list[SpeechLevel]
    bare_rtfx: Spread
    gmacs_per_segment: float
    mbytes_per_segment: float
    ceiling_gmacs_per_s: float
    ceiling_gbytes_per_s: float
    floor_rtfx: float
    ratio_to_floor: float


async def bench_speech(
    transcribe_served: TranscribeServed,
    recognizer: Recognizer,
    segments: Sequence[Segment],
    work: Callable[[Segment, Transcript], Sequence[Work]],
    *,
    concurrency: Sequence[int] = (1, 4, 16, 64),
    threads: int = 1,
    kind: Kind = "int8",
) -> SpeechBench:
    """Measure `transcribe_served` at each concurrency (ascending) and `recognizer` before and after, all in one run.

    `segments` are at least one; candidate n of a level starts at segment n, and each sends it a little louder or
    softer, so that nothing can be remembered. `work` gives what a segment takes at least, `kind` and `threads` are the
    recognizer's.
    """
    await transcribe_served(segments[:1])  # whoever serves may still be loading
    first, transcripts = await asyncio.to_thread(_bare, recognizer, segments)
    runs = [(candidates, *await _served(transcribe_served, segments, candidates)) for candidates in concurrency]
    again, _ = await asyncio.to_thread(_bare, recognizer, segments)
    bare = [(one + other) / 2 for one, other in zip(first, again, strict=True)]
    levels: list[SpeechLevel] = []
    for candidates, sent, latencies, seconds in runs:
        rtfx = sum(segments[n].seconds for n in sent) / seconds
        levels.append(
            SpeechLevel(
                concurrency=candidates,
                segments=len(sent),
                ratio_served_to_bare=round(sum(bare[n] for n in sent) / seconds, 3),
                rtfx=round(rtfx, 3),
                latency_s=Spread.of(latencies),
                p95_s=round(float(np.percentile(latencies, 95)), 3),
                batched_ratio=round(rtfx / levels[0].rtfx, 3) if levels else 1.0,
            )
        )
    sound = sum(segment.seconds for segment in segments)
    phases = [
        phase for segment, transcript in zip(segments, transcripts, strict=True) for phase in work(segment, transcript)
    ]
    ceiling = await asyncio.to_thread(measure_ceiling, kind, threads)
    floor = sound / ceiling.seconds(phases)
    return SpeechBench(
        **levels[-1].model_dump(),
        levels=levels,
        bare_rtfx=Spread.of([sound / sum(first), sound / sum(again)]),
        gmacs_per_segment=round(sum(phase.macs for phase in phases) / len(segments) / 1e9, 3),
        mbytes_per_segment=round(sum(phase.bytes for phase in phases) / len(segments) / 1e6, 1),
        ceiling_gmacs_per_s=round(ceiling.macs_per_s / 1e9, 2),
        ceiling_gbytes_per_s=round(ceiling.bytes_per_s / 1e9, 2),
        floor_rtfx=round(floor, 2),
        ratio_to_floor=round(levels[-1].rtfx / floor, 4),
    )


def shipped_segments() -> list[Segment]:
    """The first SEGMENT_S of each shipped answer, Chinese and English in turn: four segments."""
    size = round(SEGMENT_S * SAMPLE_RATE)
    scripts = load_script("zh"), load_script("en")
    spoken = [(script.language, script.answers[n].speech) for n in (0, 1) for script in scripts]
    return [
        Segment(decode_audio(path, SEGMENT_S).samples[:size], 0.0, language, ((0.0, SEGMENT_S),))
        for language, path in spoken
    ]


def _bare(recognizer: Recognizer, segments: Sequence[Segment]) -> tuple[list[float], list[Transcript]]:
    """Seconds and transcript of each segment by itself."""
    seconds, transcripts = [], []
    for segment in segments:
        started = time.perf_counter()
        transcripts += recognizer.transcribe([segment])
        seconds.append(time.perf_counter() - started)
    return seconds, transcripts


async def _served(
    transcribe: TranscribeServed, segments: Sequence[Segment], candidates: int
) -> tuple[list[int], list[float], float]:
    """Which segments were sent, the seconds each took, and the seconds that all took together."""
    each = -(-AT_LEAST // candidates)
    sent: list[int] = []
    latencies: list[float] = []

    async def candidate(number: int) -> None:
        for turn in range(each):
            which = (number + turn) % len(segments)
            louder = np.float32(1.0 - 0.002 * (number * each + turn))
            segment = replace(segments[which], audio=segments[which].audio * louder)
            started = time.perf_counter()
            await transcribe([segment])
            latencies.append(time.perf_counter() - started)
            sent.append(which)

    started = time.perf_counter()
    await asyncio.gather(*(candidate(number) for number in range(candidates)))
    return sent, latencies, time.perf_counter() - started
