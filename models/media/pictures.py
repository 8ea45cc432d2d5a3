"""The pictures of a recording, packet by packet, sampled by time."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from models.media.timeline import Timeline

# A picture is decoded whole before it is scaled: 8K is 33 million pixels, and nothing larger is a camera.
MAX_PIXELS = 36_000_000


@dataclass(frozen=True)
class Picture:
    """`pixels` RGB uint8 [h, w, 3], upright, shown at `time` seconds from the start of the take."""

    time: float
    pixels: NDArray[np.uint8]


class PictureTrack:
    """Decodes the packets of `stream` on one thread and gives at most `per_second` pictures a second.

    The first picture at or after each tick is taken, so the times are those of real pictures. The longer side is
    scaled down to `max_side`, rotation metadata is applied. What is damaged is left out.
    """

    def __init__(
        self, stream: VideoStream, start: float, per_second: float, max_side: int, limit_s: float | None
    ) -> None:
        stream.codec_context.thread_count = 1
        stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
        self.index = stream.index
        self.done = False  # the limit is reached: nothing more will be given
        self._timeline = Timeline(start)
        self._per_second, self._max_side, self._limit = per_second, max_side, limit_s
        self._reached, self._tick = 0.0, 0
        self._broken = False

    def interrupt(self) -> None:
        """Packets are missing before the next: up to a key frame the pictures would show what they were not told."""
        self._broken = True

    def push(self, packet: "Packet[Stream]") -> Iterator[Picture]:
        if self.done or (self._broken and packet.size and not packet.is_keyframe):
            return
        self._broken = False
        for frame in _decode(packet):
            self._reached = self._timeline.place(frame.time, self._reached)
            if self._limit is not None and self._reached >= self._limit:
                self.done = True
                return
            if self._reached * self._per_second >= self._tick - 1e-3:  # time stamps are in milliseconds at best
                self._tick = int(self._reached * self._per_second + 1e-3) + 1
                yield Picture(max(self._reached, 0.0), _pixels(frame, self._max_side))


def _decode(packet: "Packet[Stream]") -> list[VideoFrame]:
    try:
        return [frame for frame in packet.decode() if isinstance(frame, VideoFrame) and not frame.is_corrupt]
    except FFmpegError:
        return []


def _pixels(frame: VideoFrame, max_side: int) -> NDArray[np.uint8]:
    scale = min(1.0, max_side / max(frame.width, frame.height))
    small = frame.reformat(
        width=max(1, round(frame.width * scale)), height=max(1, round(frame.height * scale)), format="rgb24"
    )
    pixels = small.to_ndarray().astype(np.uint8, copy=False)
    # FFmpeg gives the counter-clockwise rotation that shows the picture upright, in degrees.
    return np.ascontiguousarray(np.rot90(pixels, round(frame.rotation / 90) % 4))
