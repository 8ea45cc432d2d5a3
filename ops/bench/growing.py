"""What a chunk of a growing recording costs to read, at its beginning and half an hour later."""

import time

import numpy as np
from pydantic import BaseModel

from loadtests.chunks import CHUNK_SECONDS, cut
from loadtests.recording import candidate_picture, compose, decode, lengthened
from loadtests.script import load_script
from models.bench.spread import Spread
from models.media.growing import GrowingMedia
from models.media.reader import MediaReader
from models.media.sound import Sound
from models.speech.recognition import SpeechListener
from models.speech.vad import SileroVad

MINUTES = 30.0
EDGE = 1 / 6  # of the recording, at either end, that is compared


class GrowingBench(BaseModel):
    """A recording of `minutes` in chunks of `chunk_s`, read in this process: decoded, resampled, cut into speech.

    first_ms, last_ms: processor time for a chunk of the first and of the last five minutes. ratio_last_to_first: of
    their medians; 1 where the cost does not grow. share_of_time: processor time over the recording's length.
    """

    minutes: float
    chunk_s: float
    first_ms: Spread
    last_ms: Spread
    ratio_last_to_first: float
    share_of_time: float


def bench_growing(minutes: float = MINUTES) -> GrowingBench:
    """Push chunk after chunk, each when the one before was read, as the live analysis gets them."""
    answer = compose(decode(load_script("en").answers[0].speech), candidate_picture())
    chunks = cut(lengthened(answer, 60 * minutes))
    growing, costs = GrowingMedia(), list[float]()
    waiting = iter(chunks)
    before = 0.0

    def push_next() -> None:
        nonlocal before
        now = time.thread_time()
        costs.append(now - before)
        before = now
        chunk = next(waiting, None)
        if chunk is None:
            growing.finish()
        else:
            growing.push(chunk.body)

    growing.on_wait = push_next
    listener = SpeechListener(SileroVad(), "en")
    before = time.thread_time()
    for event in MediaReader(growing).events():
        if isinstance(event, Sound):
            for _ in listener.push(event.samples):
                pass
    cost = [1000 * seconds for seconds in costs[1:]]  # before the first chunk there was nothing to read
    edge = max(1, round(EDGE * len(cost)))
    first, last = cost[:edge], cost[-edge:]
    return GrowingBench(
        minutes=round(listener.seconds / 60, 2),
        chunk_s=CHUNK_SECONDS,
        first_ms=Spread.of(first),
        last_ms=Spread.of(last),
        ratio_last_to_first=round(float(np.median(last) / np.median(first)), 3),
        share_of_time=round(sum(cost) / 1000 / listener.seconds, 4),
    )
