"""A take's recording as it lies in S3: whether it decodes, and whether it has gaps."""

import io
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import av
import httpx
import numpy as np
from numpy.typing import NDArray

from loadtests.client import Client

MAX_GAP_S = 0.2


@dataclass(frozen=True)
class Recorded:
    """A decoded recording. gaps: seconds between the end of a packet of sound and the start of the next, where above
    `MAX_GAP_S`; sound: float32 mono [n] at 48 kHz; pictures: how many were decoded."""

    seconds: float
    gaps: list[float]
    sound: NDArray[np.float32]
    pictures: int


def recorded(client: Client, take_id: str) -> Recorded:
    """Fetch and decode a take. Raises av.FFmpegError where it does not decode."""
    return decoded(fetched(client, take_id))


def fetched(client: Client, take_id: str) -> bytes:
    """The parts of a take, one after another."""
    recording: dict[str, Any] = client.get(f"/v1/takes/{take_id}/recording")
    assert recording["missing"] == 0, recording
    return b"".join(httpx.get(part["url"]).raise_for_status().content for part in recording["parts"])


def decoded(content: bytes) -> Recorded:
    """Decode a recording with sound, and pictures where it has them."""
    spans: list[tuple[float, float]] = []
    sound: list[NDArray[np.float32]] = []
    pictures = 0
    resampler = av.AudioResampler("flt", "mono", 48_000)
    with av.open(io.BytesIO(content)) as container:
        for frame in container.decode(*(container.streams.audio[:1] + container.streams.video[:1])):
            if isinstance(frame, av.VideoFrame):
                pictures += 1
                continue
            assert frame.time is not None
            spans.append((frame.time, frame.time + frame.samples / frame.sample_rate))
            sound += [part.to_ndarray()[0] for part in resampler.resample(frame)]
    assert spans, "the recording has no sound"
    gaps = [after - end for (_, end), (after, _) in pairwise(spans) if after - end > MAX_GAP_S]
    return Recorded(spans[-1][1] - spans[0][0], gaps, np.concatenate(sound), pictures)


def loudness(sound: NDArray[np.float32]) -> float:
    """Root mean square, 0..1."""
    return float(np.sqrt(np.mean(np.square(sound))))
