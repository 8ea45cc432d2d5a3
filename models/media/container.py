"""Open a recording in any container we accept, and tell what is in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, cast

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from models.media.errors import MediaError
from models.media.fragments import FragmentRepair, is_fragmented
from models.media.growing import GrowingMedia, MediaAborted
from models.media.structure import wav_is_cut_off
from models.media.webm import EBML_HEADER, WebmRepair

Source = Path | BinaryIO | GrowingMedia

# FFmpeg's names of the demuxers that hold sound and pictures themselves. Playlists (hls, concat, dash) are not among
# them: an uploaded playlist could make the decoder read any file or address this machine can reach.
ACCEPTED_FORMATS = "matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,mpeg,mpegts,wav,flac,ogg,mp3,aac,aiff,caf,avi,asf,flv,amr"
# What FFmpeg may read ahead of a stream (bytes, microseconds) to learn what is in it: the headers tell nearly all.
STREAM_OPTIONS = {"probesize": "20000", "analyzeduration": "100000"}
READ_SIZE = 1 << 16


class RepairedStream:
    """A recording that FFmpeg reads from its beginning to its end, less what is damaged in it."""

    def __init__(self, head: bytes, rest: BinaryIO | GrowingMedia, repair: WebmRepair | FragmentRepair) -> None:
        self.repair = repair
        self.aborted = False
        self._ready = memoryview(repair.push(head))
        self._rest = rest
        self._ended = False

    def read(self, size: int) -> bytes:
        """As of a file object; an abort looks like the end, because FFmpeg reads on after an error."""
        while not self._ready and not self._ended:
            try:
                data = self._rest.read(READ_SIZE)
            except MediaAborted:
                self.aborted = self._ended = True
                return b""
            self._ended = not data
            self._ready = memoryview(self.repair.push(data) if data else self.repair.finish())
        ready, self._ready = self._ready[:size], self._ready[size:]
        return bytes(ready)


@dataclass(frozen=True)
class OpenMedia:
    """A recording being read, as a stream where its container allows it."""

    container: InputContainer
    stream: RepairedStream | None
    cut_off_wav: bool

    @property
    def cut_off(self) -> bool:
        """Whether bytes are missing at the end; known when all was read."""
        return self.cut_off_wav or (self.stream is not None and self.stream.repair.cut_off)

    @property
    def holes(self) -> list[int]:
        """The places (as packets' `pos`) where something damaged was left out so far."""
        return [] if self.stream is None else self.stream.repair.holes


@contextmanager
def open_media(source: Source) -> Iterator[OpenMedia]:
    """Open `source`: a path, a seekable binary file object, which is read from its start, or a growing recording.

    Webm and fragmented mp4 are read as streams, whatever the source, so that a file gives what its growing gave. Of
    other containers a growing recording is gathered in a temporary file, until it is finished.
    Raises MediaError `media-empty` or `media-unreadable`; FileNotFoundError where the path does not exist;
    MediaAborted.
    """
    if isinstance(source, Path):
        with source.open("rb") as file, open_media(file) as media:
            yield media
        return
    if not isinstance(source, GrowingMedia):
        source.seek(0)
        with _open_recognised(source) as media:
            yield media
        return
    try:
        with _open_recognised(source) as media:
            yield media
    finally:
        source.abort()  # what is not read is not held either


@contextmanager
def _open_recognised(source: BinaryIO | GrowingMedia) -> Iterator[OpenMedia]:
    head, repair = _recognise(source)
    if not head:
        raise MediaError("media-empty", "The recording is empty (0 bytes).")
    if repair is not None:
        stream = RepairedStream(head, source, repair)
        try:
            with _open(cast(BinaryIO, stream), repair.format, STREAM_OPTIONS) as container:
                yield OpenMedia(container, stream, cut_off_wav=False)
        finally:
            if stream.aborted:
                raise MediaAborted
    elif isinstance(source, GrowingMedia):
        with TemporaryFile() as gathered:
            gathered.write(head)
            while data := source.read(READ_SIZE):
                gathered.write(data)
            with _open_whole(gathered, head) as media:
                yield media
    else:
        with _open_whole(source, head) as media:
            yield media


@contextmanager
def _open_whole(file: BinaryIO, head: bytes) -> Iterator[OpenMedia]:
    cut_off_wav = wav_is_cut_off(head, file)
    file.seek(0)
    with _open(file, None, {}) as container:
        yield OpenMedia(container, None, cut_off_wav)


@contextmanager
def _open(file: BinaryIO, format: str | None, options: dict[str, str]) -> Iterator[InputContainer]:
    options = {**options, "format_whitelist": ACCEPTED_FORMATS}
    try:
        container = av.open(file, "r", format=format, options=options, metadata_errors="replace")
    except (FFmpegError, ValueError, OSError) as error:
        raise MediaError("media-unreadable", "The file is not a sound or video recording we can read.") from error
    with container:
        yield container


def _recognise(file: BinaryIO | GrowingMedia) -> tuple[bytes, WebmRepair | FragmentRepair | None]:
    """Read as far as it takes to tell the container; return what was read, and how to read on if it is a stream."""
    head = file.read(READ_SIZE)
    while data := file.read(READ_SIZE) if _undecided(head) else b"":
        head += data
    if head.startswith(EBML_HEADER):
        return head, WebmRepair()
    return head, FragmentRepair() if is_fragmented(head) is True else None


def _undecided(head: bytes) -> bool:
    return len(head) < 8 or (not head.startswith(EBML_HEADER) and is_fragmented(head) == "unknown")


def video_stream(container: InputContainer) -> VideoStream | None:
    """The first video stream that can be decoded, or None; the cover picture of a music file is none."""
    for stream in container.streams.video:
        if is_decodable(stream) and not stream.disposition & Disposition.attached_pic:
            return stream
    return None


def is_decodable(stream: Stream) -> bool:
    """Whether a stream's codec is known here: of one in any other there is nothing to decode it with."""
    return getattr(stream, "codec_context", None) is not None


def start_seconds(container: InputContainer) -> float:
    """The time stamp with which the recording begins: zero of the take's clock, for sound and pictures alike."""
    return (container.start_time or 0) / av.time_base
