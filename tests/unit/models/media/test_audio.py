"""Any container becomes 16 kHz mono on the take's clock; damage is survived and named."""

import io
import tracemalloc
import wave
from fractions import Fraction
from pathlib import Path

import av
import media_samples
import numpy as np
import pytest
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from loadtests.recording import compose
from models.media.audio import AudioReader, decode_audio
from models.media.errors import MediaError
from models.media.sound import RATE

pytestmark = pytest.mark.unit
Samples = NDArray[np.float32]


def tone(seconds: float, rate: int, hertz: float = 440.0) -> Samples:
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)).astype(np.float32)


def level(samples: Samples) -> float:
    return float(np.sqrt(np.square(samples).mean()))


def webm(parts: list[tuple[float, Samples]]) -> io.BytesIO:
    """Opus at 48 kHz, each part at its own time in seconds."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="webm", options={"live": "1"}) as output:
        stream = output.add_stream("libopus", rate=48_000, layout="mono")
        assert isinstance(stream, AudioStream)
        for start, samples in parts:
            for first in range(0, len(samples) - 959, 960):
                frame = av.AudioFrame.from_ndarray(samples[None, first : first + 960], "flt", "mono")
                frame.sample_rate, frame.time_base = 48_000, Fraction(1, 48_000)
                frame.pts = round(start * 48_000) + first
                output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return buffer


@pytest.mark.parametrize(("container", "rate", "channels"), media_samples.VARIANTS)
def test_every_container_gives_the_same_sound(
    speech: Samples, container: media_samples.Variant, rate: int, channels: int
) -> None:
    audio = decode_audio(io.BytesIO(media_samples.variant(speech, container, rate, channels)))
    reference = decode_audio(io.BytesIO(media_samples.variant(speech, "wav", 48_000, channels)))
    assert audio.problems == ()
    assert audio.seconds == pytest.approx(4.0, abs=0.05)
    ours, theirs = audio.samples[8_000:56_000], reference.samples[8_000:56_000]
    correlation = np.correlate(ours, theirs[1_000:-1_000], "valid") / (np.linalg.norm(ours) * np.linalg.norm(theirs))
    assert correlation.max() > 0.85  # 8 kHz keeps only the lower half of the sound
    assert abs(int(correlation.argmax()) - 1_000) < 0.03 * RATE


@pytest.mark.parametrize("container", ["webm", "mp4"])
def test_browser_and_phone_recordings(speech: Samples, container: str) -> None:
    audio = decode_audio(io.BytesIO(compose(speech, None, container=container)))  # type: ignore[arg-type]
    assert (audio.problems, audio.samples.dtype) == ((), np.float32)
    assert audio.seconds == pytest.approx(4.0, abs=0.03)


def test_a_gap_in_the_time_stamps_becomes_silence() -> None:
    audio = decode_audio(webm([(0.0, tone(1, 48_000)), (3.0, tone(1, 48_000))]))
    assert audio.seconds == pytest.approx(4.0, abs=0.05)
    assert level(audio.samples[int(1.2 * RATE) : int(2.8 * RATE)]) < 1e-3
    assert level(audio.samples[int(3.2 * RATE) : int(3.8 * RATE)]) > 0.15


def test_sound_that_starts_after_the_picture_keeps_its_place(speech: Samples) -> None:
    buffer = io.BytesIO()
    picture = np.zeros((480, 640, 3), np.uint8)
    with av.open(io.BytesIO(compose(speech, picture))) as source, av.open(buffer, "w", format="webm") as output:
        copies = [output.add_stream_from_template(stream) for stream in source.streams]
        for packet in source.demux():
            if packet.dts is None or packet.pts is None:
                continue
            if packet.stream.type == "audio":
                packet.pts, packet.dts = packet.pts + 700, packet.dts + 700  # milliseconds
            packet.stream = copies[packet.stream.index]
            output.mux(packet)
    late = decode_audio(buffer).samples
    prompt = decode_audio(io.BytesIO(compose(speech, None))).samples
    assert len(late) - len(prompt) == pytest.approx(0.7 * RATE, abs=0.03 * RATE)
    assert level(late[: int(0.65 * RATE)]) == 0


def test_the_rate_may_change_in_the_middle() -> None:
    parts = []
    for rate in (44_100, 22_050):
        part = io.BytesIO()
        with av.open(part, "w", format="mpegts") as output:
            stream = output.add_stream("mp2", rate=rate, layout="mono")
            assert isinstance(stream, AudioStream)
            frame = av.AudioFrame.from_ndarray((tone(2, rate)[None] * 32767).astype(np.int16), "s16", "mono")
            frame.sample_rate, frame.pts = rate, 0
            output.mux([*stream.encode(frame), *stream.encode(None)])
        parts.append(part.getvalue())
    samples = decode_audio(io.BytesIO(b"".join(parts))).samples
    for second in (0.5, 2.5):
        piece = samples[int(second * RATE) : int((second + 1) * RATE)]
        assert np.abs(np.fft.rfft(piece)).argmax() == pytest.approx(440, abs=1)


def test_the_limit_stops_the_decoding(recording: bytes) -> None:
    audio = decode_audio(io.BytesIO(recording), limit_s=1.5)
    assert (len(audio.samples), audio.problems) == (24_000, ("cut-at-limit",))


@pytest.mark.parametrize("container", ["webm", "mp4"])
def test_a_path_reads_as_a_file_object_does(recording: bytes, speech: Samples, container: str, tmp_path: Path) -> None:
    media = recording if container == "webm" else compose(speech, None, container="mp4")
    path = tmp_path / "answer"
    path.write_bytes(media)
    np.testing.assert_array_equal(decode_audio(path).samples, decode_audio(io.BytesIO(media)).samples)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.999])
def test_a_cut_webm_is_kept_as_far_as_it_goes(recording: bytes, share: float) -> None:
    audio = decode_audio(io.BytesIO(media_samples.truncated(recording, share)))
    assert audio.truncated
    assert 4 * share - 1 < audio.seconds <= 4.0


def test_a_cut_wav_is_noticed(speech: Samples) -> None:
    media = media_samples.variant(speech, "wav", 48_000, 1)
    assert not decode_audio(io.BytesIO(media)).truncated
    assert decode_audio(io.BytesIO(media_samples.truncated(media))).truncated


def test_damage_in_the_middle_keeps_the_rest_in_place(speech: Samples) -> None:
    recording = compose(speech, None)
    damaged = bytearray(recording)
    middle = len(damaged) // 2
    damaged[middle : middle + 1_000] = np.random.default_rng(1).integers(0, 256, 1_000, np.uint8).tobytes()
    audio = decode_audio(io.BytesIO(bytes(damaged)))
    assert audio.problems == ("corrupt-parts",)
    assert audio.seconds == pytest.approx(4.0, abs=0.1)
    whole = decode_audio(io.BytesIO(recording)).samples
    ours, theirs = audio.samples[52_000:62_000], whole[53_000:61_000]
    correlation = np.correlate(ours, theirs, "valid")
    assert correlation.max() > 0.9 * np.square(theirs).sum()
    assert abs(int(correlation.argmax()) - 1_000) < 0.005 * RATE  # time stamps are in milliseconds


@pytest.mark.parametrize(
    ("media", "code"),
    [
        (media_samples.empty(), "media-empty"),
        (media_samples.text_named_mp4(), "media-unreadable"),
        (b"ffconcat version 1.0\nfile /etc/hostname\n", "media-unreadable"),
        (b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1/a.ts\n#EXT-X-ENDLIST\n", "media-unreadable"),
        (media_samples.video_without_audio(1.0), "media-no-audio"),
    ],
    ids=["empty", "text", "concat list", "playlist", "no sound"],
)
def test_what_cannot_be_used_is_refused(media: bytes, code: str) -> None:
    with pytest.raises(MediaError) as refusal:
        decode_audio(io.BytesIO(media))
    assert refusal.value.code == code


def test_a_header_without_sound_is_empty() -> None:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", "not compressed"))
    with pytest.raises(MediaError, match="without any sound") as refusal:
        decode_audio(buffer)
    assert refusal.value.code == "media-empty"


def test_memory_does_not_grow_with_the_recording() -> None:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", "not compressed"))
        file.writeframes(bytes(2 * 16_000 * 600))
    tracemalloc.start()
    seconds = sum(len(block) for block in AudioReader(buffer).blocks()) / RATE
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert seconds == 600
    assert peak < 4_000_000  # the whole would be 38 MB
