"""The samples are as broken, and as whole, as they claim."""

import io
from itertools import islice
from pathlib import Path

import av
import media_samples
import numpy as np
import pytest
from numpy.typing import NDArray

import loadtests
from loadtests.recording import SAMPLE_RATE, candidate_picture, compose, decode

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def speech() -> NDArray[np.float32]:
    return decode(Path(loadtests.__file__).parent / "recordings" / "zh-1.opus")[: 4 * SAMPLE_RATE]


@pytest.fixture(scope="module")
def recording(speech: NDArray[np.float32]) -> bytes:
    return compose(speech, candidate_picture())


def streams(media: bytes) -> dict[str, str]:
    with av.open(io.BytesIO(media), "r") as source:
        return {stream.type: stream.codec_context.name for stream in source.streams}


def sound(media: bytes) -> tuple[int, NDArray[np.float32]]:
    """Sample rate and float32 [channels, n]."""
    with av.open(io.BytesIO(media), "r") as source:
        rate = source.streams.audio[0].rate
        layout = source.streams.audio[0].layout.name
        resampler = av.AudioResampler("fltp", layout, rate)
        parts = [part for frame in source.decode(audio=0) for part in resampler.resample(frame)]
    return rate, np.concatenate([part.to_ndarray() for part in parts], axis=1)


def pictures(media: bytes) -> list[NDArray[np.uint8]]:
    with av.open(io.BytesIO(media), "r") as source:
        return [frame.to_ndarray(format="rgb24").astype(np.uint8) for frame in source.decode(video=0)]


def decibels(samples: NDArray[np.float32]) -> float:
    return float(20 * np.log10(np.sqrt(np.square(samples).mean()) + 1e-9))


def test_empty_and_text_do_not_open() -> None:
    assert media_samples.empty() == b""
    for media in (media_samples.empty(), media_samples.text_named_mp4()):
        with pytest.raises(av.InvalidDataError):
            streams(media)


def test_truncated_webm_decodes_up_to_the_cut(recording: bytes) -> None:
    cut = media_samples.truncated(recording)
    assert streams(cut) == {"video": "vp8", "audio": "opus"}
    share = len(sound(cut)[1][0]) / len(sound(recording)[1][0])
    assert 0.4 < share < 0.8


def test_truncated_in_the_header_does_not_open(recording: bytes) -> None:
    with pytest.raises(av.InvalidDataError):
        streams(media_samples.truncated(recording, 0.0001))


def test_truncated_mp4_does_not_open(speech: NDArray[np.float32]) -> None:
    with pytest.raises(av.InvalidDataError):
        streams(media_samples.truncated(compose(speech, candidate_picture(), container="mp4")))


def test_video_without_audio() -> None:
    media = media_samples.video_without_audio()
    assert streams(media) == {"video": "vp8"}
    assert len(pictures(media)) == 48


def test_audio_without_video(speech: NDArray[np.float32]) -> None:
    media = media_samples.audio_without_video(speech)
    assert streams(media) == {"audio": "opus"}
    assert decibels(sound(media)[1]) == pytest.approx(decibels(speech), abs=1)


def test_silence_music_and_noise_sound_so() -> None:
    levels = {}
    for make in (media_samples.silence, media_samples.music, media_samples.noise):
        rate, samples = sound(make())
        assert samples.shape[1] / rate == pytest.approx(10, abs=0.05)
        levels[make.__name__] = decibels(samples)
        if make is media_samples.music:  # A minor, the second chord, has no G: the C chord's fifth is gone
            spectra = [np.abs(np.fft.rfft(samples[0, start * rate : (start + 2) * rate])) for start in (0, 2)]
            g4 = slice(2 * 391, 2 * 393 + 1)  # bins of 0.5 Hz
            assert spectra[0][g4].max() > 5 * spectra[1][g4].max()
    assert levels["silence"] < -90
    assert -30 < levels["music"] < -10
    assert levels["noise"] == pytest.approx(-20, abs=2)


def test_four_k(speech: NDArray[np.float32]) -> None:
    media = media_samples.four_k(speech, seconds=0.5)
    assert streams(media) == {"video": "h264", "audio": "aac"}
    assert pictures(media)[0].shape == (2160, 3840, 3)


@pytest.mark.parametrize("declared", [True, False])
def test_three_hours(declared: bool) -> None:
    media = media_samples.three_hours(declared)
    assert len(media) < 10_000_000
    with av.open(io.BytesIO(media), "r") as source:
        if declared:
            assert source.duration == pytest.approx(3 * 3600e6, abs=1e5)
        else:
            assert source.duration is None
        last = max(packet.pts * packet.time_base for packet in source.demux() if packet.pts is not None)
        assert float(last) == pytest.approx(3 * 3600, abs=0.1)
    with av.open(io.BytesIO(media), "r") as source:
        beginning = np.concatenate([frame.to_ndarray()[0] for frame in islice(source.decode(audio=0), 500)])
    assert -80 < decibels(beginning) < -60


def test_no_face_and_five_faces_are_videos_of_their_pictures(speech: NDArray[np.float32]) -> None:
    coffee = pictures(media_samples.no_face(speech, 1))
    people = pictures(media_samples.five_faces(speech, 1))
    assert len(coffee) == len(people) == 12
    assert media_samples.five_faces_picture().shape == (799, 1065, 3)
    # The people stand before an orange wall: red well above blue; and the two videos are not of one picture.
    red, _, blue = people[0].mean(axis=(0, 1))
    assert red > blue + 30
    assert np.abs(coffee[0].astype(int) - people[0]).mean() > 20


@pytest.mark.parametrize(("container", "rate", "channels"), media_samples.VARIANTS)
def test_variants(speech: NDArray[np.float32], container: media_samples.Variant, rate: int, channels: int) -> None:
    media = media_samples.variant(speech, container, rate, channels)
    assert ("video" in streams(media)) == (container == "mpg")
    heard_rate, samples = sound(media)
    assert (heard_rate, len(samples)) == (rate, channels)
    assert samples.shape[1] / rate == pytest.approx(4, abs=0.1)
    assert decibels(samples[0]) == pytest.approx(decibels(speech), abs=1.5)
    if channels == 2:
        assert decibels(samples[0]) - decibels(samples[1]) == pytest.approx(6, abs=0.5)
