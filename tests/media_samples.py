"""Media that goes wrong, or comes in another container: each function returns the bytes of one file."""

import importlib.util
import io
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Literal

import av
import cv2
import numpy as np
import skimage.data
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.video.stream import VideoStream
from numpy.typing import NDArray

from loadtests.recording import SAMPLE_RATE, candidate_picture, compose

Audio = NDArray[np.float32]
Variant = Literal["wav", "flac", "mp3", "mpg"]

# MPEG-1 and -2 know no layer II sound at 8 kHz.
VARIANTS: tuple[tuple[Variant, int, int], ...] = tuple(
    (container, rate, channels)
    for container in ("wav", "flac", "mp3", "mpg")
    for rate in (8_000, 44_100, 48_000)
    for channels in (1, 2)
    if not (container == "mpg" and rate == 8_000)
)
_AUDIO_CODEC: dict[Variant, str] = {"wav": "pcm_s16le", "flac": "flac", "mp3": "libmp3lame", "mpg": "mp2"}


def empty() -> bytes:
    """No bytes at all."""
    return b""


def text_named_mp4() -> bytes:
    """A text file that someone renamed to .mp4."""
    return ("This is my answer, but it is not a video. 这是我的回答，但不是视频。\n" * 200).encode()


def truncated(recording: bytes, share: float = 0.6) -> bytes:
    """The first `share` of a file.

    A live WebM decodes up to the cut, or does not open where the cut is in its header (a share of 0.0001); a finished
    MP4 loses its index, which stands at the end, and does not open.
    """
    return recording[: int(len(recording) * share)]


def video_without_audio(seconds: float = 4.0) -> bytes:
    """WebM with a VP8 stream and no audio stream: the microphone was refused."""
    recording = compose(np.zeros(int(seconds * SAMPLE_RATE), np.float32), candidate_picture())
    buffer = io.BytesIO()
    with av.open(io.BytesIO(recording), "r") as source, av.open(buffer, "w", format="webm") as output:
        video = source.streams.video[0]
        copy = output.add_stream_from_template(video)
        for packet in source.demux(video):
            if packet.dts is not None:
                packet.stream = copy
                output.mux(packet)
    return buffer.getvalue()


def audio_without_video(speech: Audio) -> bytes:
    """WebM with an Opus stream of `speech` (float32 mono [n] at 48 kHz) and no video stream: the camera was refused."""
    return compose(speech, None)


def two_rates(speech: Audio) -> bytes:
    """A recording whose first half has 44.1 kHz and whose second 22.05 kHz. speech: float32 mono [n] at 48 kHz."""
    parts = []
    for rate, half in zip((44_100, 22_050), np.array_split(speech, 2), strict=True):
        part = io.BytesIO()
        with av.open(part, "w", format="mpegts") as output:
            stream = output.add_stream("mp2", rate=rate, layout="mono")
            assert isinstance(stream, AudioStream)
            for packet in _encoded(stream, half, SAMPLE_RATE):
                output.mux(packet)
        parts.append(part.getvalue())
    return b"".join(parts)


def silence(seconds: float = 10.0) -> bytes:
    """WebM, Opus: digital silence."""
    return compose(np.zeros(int(seconds * SAMPLE_RATE), np.float32), None)


def music(seconds: float = 10.0) -> bytes:
    """WebM, Opus: a chord progression (C, A minor, F, G; two seconds each) of decaying notes with four harmonics."""
    chords = ((60, 64, 67), (57, 60, 64), (53, 57, 60), (55, 59, 62))  # MIDI note numbers
    time = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    bars = [
        sum(
            np.sin(2 * np.pi * 440 * 2 ** ((note - 69) / 12) * harmonic * time) / harmonic * np.exp(-1.5 * time)
            for note in chord
            for harmonic in (1, 2, 3, 4)
        )
        for chord in chords
    ]
    progression = np.concatenate(bars)
    samples = np.resize(0.5 * progression / np.abs(progression).max(), int(seconds * SAMPLE_RATE))
    return compose(samples.astype(np.float32), None)


def noise(seconds: float = 10.0) -> bytes:
    """WebM, Opus: white noise at -20 dBFS."""
    samples = np.random.default_rng(0).normal(0, 0.1, int(seconds * SAMPLE_RATE))
    return compose(samples.astype(np.float32), None)


def four_k(speech: Audio, seconds: float = 2.0) -> bytes:
    """MP4, H.264, 3840x2160, with the beginning of `speech` (float32 mono [n] at 48 kHz)."""
    return compose(speech, candidate_picture(), seconds, "mp4", (3840, 2160))


def three_hours(declared: bool = True) -> bytes:
    """WebM, Opus, 3 hours of faint noise (-70 dBFS): ten seconds' packets, encoded once and written 1,080 times over.

    declared: False leaves the duration out of the header, as a browser does; only reading on tells it then.
    """
    faint = np.random.default_rng(0).normal(0, 10 ** (-70 / 20), 10 * SAMPLE_RATE).astype(np.float32)
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="webm", options={} if declared else {"live": "1"}) as output:
        stream = output.add_stream(
            "libopus", rate=SAMPLE_RATE, layout="mono", bit_rate=6_000, options={"frame_duration": "60"}
        )
        assert isinstance(stream, AudioStream)
        packets = [bytes(packet) for packet in _encoded(stream, faint, SAMPLE_RATE)]
        frame = 60 * SAMPLE_RATE // 1000
        for number in range(3 * 3600 * SAMPLE_RATE // frame):
            packet = av.Packet(packets[number % len(packets)])
            packet.stream = stream
            packet.time_base = Fraction(1, SAMPLE_RATE)
            packet.pts = packet.dts = number * frame
            packet.duration = frame
            output.mux(packet)
    return buffer.getvalue()


def no_face(speech: Audio, seconds: float | None = None) -> bytes:
    """WebM: `speech` (float32 mono [n] at 48 kHz) over a picture of a cup of coffee."""
    picture: NDArray[np.uint8] = skimage.data.coffee()  # type: ignore[no-untyped-call]
    return compose(speech, picture, seconds)


def five_faces(speech: Audio, seconds: float | None = None) -> bytes:
    """WebM: `speech` (float32 mono [n] at 48 kHz) over a picture of five people."""
    return compose(speech, five_faces_picture(), seconds)


def five_faces_picture() -> NDArray[np.uint8]:
    """Five people, uint8 RGB [799, 1065, 3]: insightface's test picture less the person at its left."""
    spec = importlib.util.find_spec("insightface")  # importing the package itself takes a second
    assert spec is not None and spec.submodule_search_locations is not None
    path = Path(spec.submodule_search_locations[0]) / "data" / "images" / "t1.jpg"
    with av.open(path, "r") as source:
        picture = next(source.decode(video=0)).to_ndarray(format="rgb24")
    return np.ascontiguousarray(picture[:799, 215:], dtype=np.uint8)


def variant(speech: Audio, container: Variant, rate: int, channels: int) -> bytes:
    """`speech` (float32 mono [n] at 48 kHz) as wav, flac, mp3, or mpg (MPEG-2 video of the candidate, layer II sound).

    rate: 8,000, 44,100 or 48,000 Hz. channels: 2 puts the speech on the left and, at half the level, on the right.
    """
    sides = np.stack([speech, 0.5 * speech][:channels])
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mpeg" if container == "mpg" else container) as output:
        audio = output.add_stream(_AUDIO_CODEC[container], rate=rate, layout="stereo" if channels == 2 else "mono")
        assert isinstance(audio, AudioStream)
        if container == "mp3":
            audio.bit_rate = 64_000  # the most that MPEG-2.5 allows, and so the most for 8 kHz
        if container == "mpg":
            video = output.add_stream("mpeg2video", rate=25)
            assert isinstance(video, VideoStream)
            video.width, video.height, video.pix_fmt = 320, 240, "yuv420p"
            picture = cv2.resize(candidate_picture(), (320, 240), interpolation=cv2.INTER_AREA).astype(np.uint8)
            for number in range(round(len(speech) / SAMPLE_RATE * 25)):
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                frame.pts, frame.time_base = number, Fraction(1, 25)
                output.mux(video.encode(frame))
            output.mux(video.encode(None))
        for packet in _encoded(audio, sides, SAMPLE_RATE):
            output.mux(packet)
    return buffer.getvalue()


def _encoded(stream: AudioStream, samples: Audio, rate: int) -> "Iterator[av.Packet[AudioStream]]":
    """Encode float32 [n] or [channels, n] at `rate` with the codec and the rate of `stream`."""
    planes = np.atleast_2d(samples).astype(np.float32)
    frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout=stream.layout.name)
    frame.sample_rate, frame.pts = rate, 0
    resampler = AudioResampler(stream.format, stream.layout, stream.rate, stream.frame_size or None)
    for part in [*resampler.resample(frame), *resampler.resample(None)]:
        yield from stream.encode(part)
    yield from stream.encode(None)
