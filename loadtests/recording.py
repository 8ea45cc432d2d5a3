"""A candidate's recording made from speech and a still picture, as a browser or a phone would have written it."""

import heapq
import io
import itertools
import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import av
import cv2
import numpy as np
import skimage.data
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream
from numpy.typing import NDArray

SAMPLE_RATE = 48_000
FRAME_RATE = 12
SIZE = (640, 480)  # width, height

Container = Literal["webm", "mp4"]

# Browsers' MediaRecorder writes WebM as it goes: no duration and no index. Phones finish their MP4 with both.
_CONTAINER_OPTIONS: dict[Container, dict[str, str]] = {"webm": {"live": "1"}, "mp4": {}}
_AUDIO_CODEC: dict[Container, str] = {"webm": "libopus", "mp4": "aac"}
_VIDEO_CODEC: dict[Container, tuple[str, dict[str, str]]] = {
    "webm": ("libvpx", {"deadline": "realtime", "cpu-used": "8"}),
    "mp4": ("libx264", {"preset": "ultrafast"}),
}


def compose(
    speech: Path | NDArray[np.float32],
    picture: NDArray[np.uint8] | None,
    seconds: float | None = None,
    container: Container = "webm",
    size: tuple[int, int] = SIZE,
) -> bytes:
    """A recording of `speech` over a gently moving `picture`: live WebM (VP8, Opus) or finished MP4 (H.264, AAC).

    speech: an audio file, or float32 mono [n] at 48 kHz in -1..1.
    picture: uint8 RGB [h, w, 3], cropped to the shape of `size` (width, height in pixels, both even); None leaves the
    video stream out.
    seconds: length of the recording; speech is cut, or followed by silence, to fit. None keeps the speech's length.

    Raises av.FFmpegError or OSError where `speech` is a file that cannot be read.
    """
    samples = decode(speech) if isinstance(speech, Path) else speech
    if seconds is not None:
        wanted = round(seconds * SAMPLE_RATE)
        samples = np.pad(samples[:wanted], (0, max(0, wanted - len(samples))))
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container, options=_CONTAINER_OPTIONS[container]) as output:
        tracks: list[Iterator[Packet[Any]]] = []
        # Both streams must exist before the first packet fixes the header.
        if picture is not None:
            video = _video_stream(output, container, size)
            tracks.append(_video_packets(video, picture, len(samples) / SAMPLE_RATE))
        audio = output.add_stream(_AUDIO_CODEC[container], rate=SAMPLE_RATE, layout="mono", bit_rate=48_000)
        assert isinstance(audio, AudioStream)
        tracks.append(_audio_packets(audio, samples))
        for packet in heapq.merge(*tracks, key=_decode_time):
            output.mux(packet)
    return buffer.getvalue()


def lengthened(recording: bytes, seconds: float) -> bytes:
    """A live WebM recording over and over, as one of so many seconds: its packets, not encoded anew."""
    buffer = io.BytesIO()
    with (
        av.open(io.BytesIO(recording), "r") as source,
        av.open(buffer, "w", format="webm", options=_CONTAINER_OPTIONS["webm"]) as output,
    ):
        copies = {stream.index: output.add_stream_from_template(stream) for stream in source.streams}
        packets: list[Any] = [packet for packet in source.demux() if packet.dts is not None]
        times = [(packet.pts, packet.dts, packet.time_base) for packet in packets]
        once = max(float((packet.dts + (packet.duration or 0)) * packet.time_base) for packet in packets)
        for turn in range(math.ceil(seconds / once)):
            for packet, (pts, dts, time_base) in zip(packets, times, strict=True):
                later = round(turn * once / time_base)
                if (dts + later) * time_base >= seconds:
                    break
                packet.pts, packet.dts, packet.time_base = pts + later, dts + later, time_base
                packet.stream = copies[packet.stream.index]
                output.mux(packet)
    return buffer.getvalue()


def decode(path: Path) -> NDArray[np.float32]:
    """The first audio stream of a media file, resampled to float32 mono [n] at 48 kHz."""
    with av.open(path) as source:
        resampler = AudioResampler("flt", "mono", SAMPLE_RATE)
        frames = (resampler.resample(frame) for frame in itertools.chain(source.decode(audio=0), [None]))
        return np.concatenate([part.to_ndarray()[0] for parts in frames for part in parts])


def candidate_picture() -> NDArray[np.uint8]:
    """A person facing the camera, uint8 RGB [330, 440, 3]: Eileen Collins, from scikit-image (NASA, public domain)."""
    portrait: NDArray[np.uint8] = skimage.data.astronaut()  # type: ignore[no-untyped-call]
    return np.ascontiguousarray(portrait[:330, 10:450])


def _video_stream(output: OutputContainer, container: Container, size: tuple[int, int]) -> VideoStream:
    codec, options = _VIDEO_CODEC[container]
    width, height = size
    stream = output.add_stream(codec, rate=FRAME_RATE, options=options)
    assert isinstance(stream, VideoStream)
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    stream.bit_rate = 400_000 * width * height // (SIZE[0] * SIZE[1])
    stream.gop_size = 5 * FRAME_RATE
    return stream


def _video_packets(stream: VideoStream, picture: NDArray[np.uint8], seconds: float) -> "Iterator[Packet[VideoStream]]":
    for number in range(math.ceil(seconds * FRAME_RATE)):
        image = moved(picture, number / FRAME_RATE, (stream.width, stream.height))
        frame = av.VideoFrame.from_ndarray(image, format="rgb24")
        frame.pts, frame.time_base = number, Fraction(1, FRAME_RATE)
        yield from stream.encode(frame)
    yield from stream.encode(None)


def moved(picture: NDArray[np.uint8], time: float, size: tuple[int, int]) -> NDArray[np.uint8]:
    """The picture as a slightly swaying camera sees it at `time` seconds: zoomed by 4 to 8 %, shifted by up to 1 %."""
    height, width = picture.shape[:2]
    zoom = 1.06 + 0.02 * math.sin(2 * math.pi * time / 7)
    scale = zoom * max(size[0] / width, size[1] / height)
    x = size[0] / 2 - scale * width / 2 + 0.01 * size[0] * math.sin(2 * math.pi * time / 5)
    y = size[1] / 2 - scale * height / 2 + 0.01 * size[1] * math.sin(2 * math.pi * time / 3)
    matrix = np.array([[scale, 0, x], [0, scale, y]], np.float32)
    return cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def _audio_packets(stream: AudioStream, samples: NDArray[np.float32]) -> "Iterator[Packet[AudioStream]]":
    frame = av.AudioFrame.from_ndarray(samples[np.newaxis], format="flt", layout="mono")
    frame.sample_rate, frame.pts = SAMPLE_RATE, 0
    # The resampler turns the one long frame into the format and the frame size that the encoder takes.
    resampler = AudioResampler(stream.format, stream.layout, stream.rate, stream.frame_size or None)
    for part in [*resampler.resample(frame), *resampler.resample(None)]:
        yield from stream.encode(part)
    yield from stream.encode(None)


def _decode_time(packet: "Packet[Any]") -> Fraction:
    assert packet.dts is not None and packet.time_base is not None  # encoders always set both
    return packet.dts * packet.time_base


def jpeg(picture: NDArray[np.uint8]) -> bytes:
    """`picture`, uint8 RGB [h, w, 3], as a JPEG file."""
    encoded = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1]
    return bytes(encoded)
