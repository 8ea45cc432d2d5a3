"""Pictures of a recording, sampled by time."""

from collections.abc import Iterator

import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from models.media.container import Source, open_media, start_seconds, video_stream
from models.media.errors import MediaError
from models.media.timeline import Timeline

# A picture is decoded whole before it is scaled: 8K is 33 million pixels, and nothing larger is a camera.
MAX_PIXELS = 36_000_000


def sample_frames(
    source: Source, per_second: float = 2.0, max_side: int = 640, limit_s: float | None = None
) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """Yield (seconds from the start of the take, RGB uint8 [h, w, 3]) at most `per_second` times a second.

    The first picture at or after each tick is taken, so the times are those of real pictures. The longer side is
    scaled down to `max_side`, rotation metadata is applied. One picture is held at a time, decoded on one thread;
    what is damaged is left out. Raises MediaError `media-empty`, `media-unreadable` or `media-no-video`.
    """
    with open_media(source) as container:
        stream = video_stream(container)
        if stream is None:
            raise MediaError("media-no-video", "The recording has no pictures.")
        timeline = Timeline(start_seconds(container))
        reached, tick = 0.0, 0
        for frame in _frames(container, stream):
            reached = timeline.place(frame.time, reached)
            if limit_s is not None and reached >= limit_s:
                return
            if reached * per_second >= tick - 1e-3:  # time stamps are rounded to a millisecond at best
                tick = int(reached * per_second + 1e-3) + 1
                yield max(reached, 0.0), _picture(frame, max_side)


def _frames(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    stream.codec_context.thread_count = 1
    stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
    try:
        for packet in container.demux(stream):
            yield from _decode(packet)
    except FFmpegError:
        return  # the file ends here


def _decode(packet: "Packet[VideoStream]") -> list[VideoFrame]:
    try:
        return [frame for frame in packet.decode() if not frame.is_corrupt]
    except FFmpegError:
        return []


def _picture(frame: VideoFrame, max_side: int) -> NDArray[np.uint8]:
    scale = min(1.0, max_side / max(frame.width, frame.height))
    small = frame.reformat(
        width=max(1, round(frame.width * scale)), height=max(1, round(frame.height * scale)), format="rgb24"
    )
    picture = small.to_ndarray().astype(np.uint8, copy=False)
    # FFmpeg gives the counter-clockwise rotation that shows the picture upright, in degrees.
    return np.ascontiguousarray(np.rot90(picture, round(frame.rotation / 90) % 4))
