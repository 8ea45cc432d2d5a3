"""The sound of a recording, packet by packet: 16 kHz mono, placed by its time stamps."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Stream
from numpy.typing import NDArray

from models.media.errors import AudioProblem
from models.media.resample import StreamResampler
from models.media.timeline import Timeline

RATE = 16_000
# Time stamps may lag or lead the samples by this much before silence is put in or samples are left out: containers
# round them to a millisecond and browsers let them jitter by a frame (20 ms).
TOLERANCE_S = 0.05
# Recorders drop a frame or two under load; where more sound is absent, a part of the answer is missing.
GAP_S = 0.2


@dataclass(frozen=True)
class Sound:
    """`samples` float32 mono [n] at 16 kHz in -1..1, the first at `start` seconds from the start of the take."""

    start: float
    samples: NDArray[np.float32]


class SoundTrack:
    """Decodes the packets of `stream`; `problems`, and `gaps` (start, end in seconds; silence is put in), grow."""

    def __init__(self, stream: AudioStream, start: float, limit_s: float | None) -> None:
        stream.codec_context.thread_count = 1
        self.index = stream.index
        self.problems: set[AudioProblem] = set()
        self.gaps: list[tuple[float, float]] = []
        self.given = 0
        self._limit = None if limit_s is None else round(limit_s * RATE)
        self._timeline = Timeline(start)
        self._reached = 0.0
        self._heard = False
        self._rate = 0
        self._resampler: StreamResampler | None = None

    @property
    def done(self) -> bool:
        """The limit is reached: nothing more will be given."""
        return "cut-at-limit" in self.problems

    def push(self, packet: "Packet[Stream]") -> Iterator[Sound]:
        if self.done:
            return
        for frame in self._decode(packet):
            for samples, rate in self._place(frame):
                for block in self._resample(samples, rate):
                    yield from self._give(block)

    def finish(self) -> Iterator[Sound]:
        """The last of the sound, after the last packet."""
        if self._resampler is not None:
            for block in self._resampler.flush():
                yield from self._give(block)

    def _decode(self, packet: "Packet[Stream]") -> list[AudioFrame]:
        if packet.is_corrupt:
            self.problems.add("corrupt-parts")
        try:
            return [frame for frame in packet.decode() if isinstance(frame, AudioFrame) and frame.samples]
        except FFmpegError:
            self.problems.add("corrupt-parts")
            return []

    def _place(self, frame: AudioFrame) -> Iterator[tuple[NDArray[np.float32], int]]:
        """The frame's samples and their rate, behind silence where the time stamps leave a gap."""
        samples, rate = _mono(frame), frame.sample_rate
        gap = self._timeline.place(frame.time, self._reached) - self._reached
        if gap > TOLERANCE_S:
            if gap > GAP_S and self._heard:
                self.gaps.append((self._reached, self._reached + gap))
            for second in range(0, round(gap * rate), rate):
                yield np.zeros(min(rate, round(gap * rate) - second), np.float32), rate
            self._reached += gap
        elif gap < -TOLERANCE_S:
            samples = samples[round(-gap * rate) :]
        self._heard = True
        self._reached += len(samples) / rate
        yield samples, rate

    def _resample(self, samples: NDArray[np.float32], rate: int) -> Iterator[NDArray[np.float32]]:
        if self._resampler is None or rate != self._rate:
            if self._resampler is not None:
                yield from self._resampler.flush()
            self._rate, self._resampler = rate, StreamResampler(rate, RATE)
        yield from self._resampler.push(samples)

    def _give(self, block: NDArray[np.float32]) -> Iterator[Sound]:
        if self.done:
            return
        if self._limit is not None and self.given + len(block) > self._limit:
            self.problems.add("cut-at-limit")
            block = block[: self._limit - self.given]
        start = self.given / RATE
        self.given += len(block)
        yield Sound(start, block.clip(-1, 1))


def _mono(frame: AudioFrame) -> NDArray[np.float32]:
    """The mean of the frame's channels, float32 [n]; integers are scaled to -1..1."""
    values = frame.to_ndarray()
    channels = values if frame.format.is_planar else values.reshape(-1, frame.layout.nb_channels).T
    mono: NDArray[np.float32] = channels.mean(axis=0).astype(np.float32)
    if channels.dtype == np.uint8:
        mono = mono / np.float32(128) - np.float32(1)
    elif np.issubdtype(channels.dtype, np.integer):
        mono = mono / np.float32(2 ** (8 * channels.dtype.itemsize - 1))
    return np.nan_to_num(mono, posinf=1.0, neginf=-1.0)
