"""The Transcriber behind a real Ray Serve handle: refusals and departures cross processes."""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import prometheus_client
import pytest
from local_serve import local_serve
from ray import serve
from ray.serve.handle import DeploymentHandle
from speech_samples import spoken_answers

from models.speech.contract import SAMPLE_RATE, Segment
from serving.analysts import Analysts
from serving.engine import Overloaded
from serving.settings import TranscriberProfile
from serving.transcriber import Transcriber

pytestmark = pytest.mark.integration

# Of segments of 2 s, one is computed at a time, and three wait.
PROFILE = TranscriberProfile(
    device="cpu", threads=1, max_batch_size=1, batch_wait_s=0, max_waiting=12, row_s=2, replica={}
)


@pytest.fixture(scope="module")
def transcriber() -> Iterator[DeploymentHandle[Any]]:
    class Counting(Transcriber):
        """Tells its process's metrics."""

        async def refused(self, work: str) -> float:
            labels = {"deployment": "Transcriber", "work": work}
            return prometheus_client.REGISTRY.get_sample_value("parley_calls_refused_total", labels) or 0.0

        async def dropped(self) -> float:
            return (
                prometheus_client.REGISTRY.get_sample_value("parley_calls_dropped_total", {"deployment": "Transcriber"})
                or 0.0
            )

    with local_serve():
        counting = serve.deployment(max_ongoing_requests=100, ray_actor_options={"num_cpus": 0.1})(Counting)
        yield serve.run(counting.bind(PROFILE), name="engine", route_prefix=None)


@pytest.fixture(scope="module")
def segments() -> list[Segment]:
    """Eight stretches of 2 s of someone talking."""
    audio, size = spoken_answers()["en-1"].audio, 2 * SAMPLE_RATE
    return [Segment(audio[i * size : (i + 1) * size], 2.0 * i, "en") for i in range(8)]


def of_organisation(transcriber: DeploymentHandle[Any]) -> Analysts:
    return Analysts(transcriber, transcriber, transcriber).on_behalf_of(uuid4())


async def test_final_work_is_done_through_an_overload_and_a_look_ahead_is_refused(
    transcriber: DeploymentHandle[Any], segments: list[Segment]
) -> None:
    flood = of_organisation(transcriber)
    working = asyncio.create_task(flood.transcribe(segments))
    looks_ahead = [flood.transcribe_provisionally(segment) for segment in segments]
    outcomes = await asyncio.gather(*looks_ahead, return_exceptions=True)
    assert sum(isinstance(outcome, Overloaded) for outcome in outcomes) >= 2
    other = asyncio.create_task(of_organisation(transcriber).transcribe_provisionally(segments[0]))
    transcripts = await working
    assert (await other).text == transcripts[0].text
    assert await transcriber.refused.remote("final") > 0
    for segment, transcript in zip(segments, transcripts, strict=True):
        assert transcript.words
        assert segment.start <= transcript.words[0].start <= segment.start + segment.seconds


async def test_who_stops_waiting_calls_the_work_off(
    transcriber: DeploymentHandle[Any], segments: list[Segment]
) -> None:
    dropped = await transcriber.dropped.remote()
    busy = asyncio.create_task(of_organisation(transcriber).transcribe(segments[:1]))
    await asyncio.sleep(0.05)
    leaving = asyncio.create_task(of_organisation(transcriber).transcribe(segments[1:3]))
    await asyncio.sleep(0.1)
    leaving.cancel()
    await busy
    async with asyncio.timeout(10):
        while await transcriber.dropped.remote() == dropped:
            await asyncio.sleep(0.01)
