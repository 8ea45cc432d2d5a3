"""Open a recording in any container we accept, and tell what is in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import SEEK_END
from pathlib import Path
from typing import BinaryIO

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition
from av.video.stream import VideoStream

from models.media.errors import MediaError

Source = Path | BinaryIO

# FFmpeg's names of the demuxers that hold sound and pictures themselves. Playlists (hls, concat, dash) are not among
# them: an uploaded playlist could make the decoder read any file or address this machine can reach.
ACCEPTED_FORMATS = "matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,mpeg,mpegts,wav,flac,ogg,mp3,aac,aiff,caf,avi,asf,flv,amr"


@dataclass(frozen=True)
class Probe:
    """What a recording holds. `seconds` is None where the file does not say (live webm); width and height in pixels."""

    audio: bool
    video: bool
    seconds: float | None
    width: int
    height: int


def probe(source: Source) -> Probe:
    """Read the headers of `source` only; raises MediaError when they cannot be read."""
    with open_media(source) as container:
        video = video_stream(container)
        return Probe(
            audio=bool(container.streams.audio),
            video=video is not None,
            seconds=None if container.duration is None else container.duration / av.time_base,
            width=video.codec_context.width if video else 0,
            height=video.codec_context.height if video else 0,
        )


@contextmanager
def open_media(source: Source) -> Iterator[InputContainer]:
    """Open `source`: a path, or a seekable binary file object, which is read from its start.

    Raises MediaError `media-empty` or `media-unreadable`; FileNotFoundError where the path does not exist.
    """
    if _size(source) == 0:
        raise MediaError("media-empty", "The recording is empty (0 bytes).")
    try:
        container = av.open(
            str(source.absolute()) if isinstance(source, Path) else source,
            "r",
            options={"format_whitelist": ACCEPTED_FORMATS},
            metadata_errors="replace",
        )
    except (FFmpegError, ValueError, OSError) as error:
        raise MediaError("media-unreadable", "The file is not a sound or video recording we can read.") from error
    with container:
        assert isinstance(container, InputContainer)  # a reading mode was asked for
        yield container


def video_stream(container: InputContainer) -> VideoStream | None:
    """The first video stream, or None; the cover picture of a music file is none."""
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            return stream
    return None


def start_seconds(container: InputContainer) -> float:
    """The time stamp with which the recording begins: zero of the take's clock, for sound and pictures alike."""
    return (container.start_time or 0) / av.time_base


def _size(source: Source) -> int:
    if isinstance(source, Path):
        return source.stat().st_size
    size = source.seek(0, SEEK_END)
    source.seek(0)
    return size
