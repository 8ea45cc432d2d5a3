"""Decode the sound of any recording to 16 kHz mono, placed by its time stamps."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Stream
from numpy.typing import NDArray

from models.media.container import Source, open_media, start_seconds
from models.media.errors import MediaError
from models.media.resample import StreamResampler
from models.media.structure import structure
from models.media.timeline import Timeline

RATE = 16_000
# Time stamps may lag or lead the samples by this much before silence is put in or samples are left out: containers
# round them to a millisecond and browsers let them jitter by a frame (20 ms).
TOLERANCE_S = 0.05
# A file whose last time stamp misses its own declared duration by more than this was cut off.
SHORTFALL_S = 1.0
# Containers that declare their duration; in the others FFmpeg estimates it from the bit rate.
DECLARING = {"mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "wav", "flac", "avi", "asf", "flv"}

AudioProblem = Literal["corrupt-parts", "ends-early", "cut-at-limit"]


@dataclass(frozen=True)
class Audio:
    """`samples` float32 mono [n] at 16 kHz in -1..1 from the start of the take, and what was wrong with the file."""

    samples: NDArray[np.float32]
    problems: tuple[AudioProblem, ...] = ()

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE

    @property
    def truncated(self) -> bool:
        return "ends-early" in self.problems


def decode_audio(source: Source, limit_s: float | None = None) -> Audio:
    """All the sound of `source` in memory (64 kB a second), at most `limit_s` seconds of it.

    What decodes of a damaged file is kept, and `problems` says so. Raises MediaError `media-empty`,
    `media-unreadable` or `media-no-audio`.
    """
    reader = AudioReader(source, limit_s)
    samples = np.concatenate(list(reader.blocks()))
    return Audio(samples, tuple(sorted(reader.problems)))


class AudioReader:
    """The sound of `source` in blocks of about a second, in constant memory; `problems` is whole after the last."""

    def __init__(self, source: Source, limit_s: float | None = None) -> None:
        self.problems: set[AudioProblem] = set()
        self._source = source
        self._limit = None if limit_s is None else round(limit_s * RATE)

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """Float32 mono [n] at 16 kHz in -1..1, one behind the other. Raises MediaError as `decode_audio` does."""
        given = 0
        with open_media(self._source) as container:
            for block in self._resampled(container):
                if self._limit is not None and given + len(block) > self._limit:
                    self.problems.add("cut-at-limit")
                    yield block[: self._limit - given]
                    return
                given += len(block)
                yield block
        if given == 0 and "corrupt-parts" in self.problems:
            raise MediaError("media-unreadable", "The recording has a sound track, but nothing of it can be decoded.")
        if given == 0:
            raise MediaError("media-empty", "The recording has a sound track without any sound in it.")
        found = structure(self._source)
        if found != "whole":
            self.problems.add("ends-early" if found == "cut off" else "corrupt-parts")

    def _resampled(self, container: InputContainer) -> Iterator[NDArray[np.float32]]:
        rate = 0
        resampler: StreamResampler | None = None
        for samples, sample_rate in self._placed(container):
            if resampler is None or sample_rate != rate:
                if resampler is not None:
                    yield from resampler.flush()
                rate, resampler = sample_rate, StreamResampler(sample_rate, RATE)
            for block in resampler.push(samples):
                yield block.clip(-1, 1)
        if resampler is not None:
            for block in resampler.flush():
                yield block.clip(-1, 1)

    def _placed(self, container: InputContainer) -> Iterator[tuple[NDArray[np.float32], int]]:
        """Mono blocks and their rate, with silence where the time stamps leave a gap."""
        timeline = Timeline(start_seconds(container))
        reached = 0.0
        for frame in self._frames(container):
            samples, rate = _mono(frame), frame.sample_rate
            gap = timeline.place(frame.time, reached) - reached
            if gap > TOLERANCE_S:
                for second in range(0, round(gap * rate), rate):
                    yield np.zeros(min(rate, round(gap * rate) - second), np.float32), rate
                reached += gap
            elif gap < -TOLERANCE_S:
                samples = samples[round(-gap * rate) :]
            reached += len(samples) / rate
            yield samples, rate

    def _frames(self, container: InputContainer) -> Iterator[AudioFrame]:
        if not container.streams.audio:
            raise MediaError("media-no-audio", "The recording has no sound track.")
        stream = container.streams.audio[0]
        stream.codec_context.thread_count = 1
        last = 0.0
        try:
            # Every stream is read, so that a sound track shorter than its pictures does not look cut off.
            for packet in container.demux():
                last = max(last, _end(packet))
                if packet.stream.index == stream.index:
                    yield from self._decode(packet)
        except FFmpegError:
            self.problems.add("ends-early")
        declared = container.duration if container.format.name in DECLARING else None
        if declared is not None and last - start_seconds(container) < declared / av.time_base - SHORTFALL_S:
            self.problems.add("ends-early")

    def _decode(self, packet: "Packet[Stream]") -> list[AudioFrame]:
        if packet.is_corrupt:
            self.problems.add("corrupt-parts")
        try:
            return [frame for frame in packet.decode() if isinstance(frame, AudioFrame) and frame.samples]
        except FFmpegError:
            self.problems.add("corrupt-parts")
            return []


def _end(packet: "Packet[Stream]") -> float:
    if packet.pts is None:
        return 0.0
    return float((packet.pts + (packet.duration or 0)) * packet.time_base)


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
