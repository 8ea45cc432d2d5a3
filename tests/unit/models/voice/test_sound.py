"""Pieces of speech become one, and a file that plays as long."""

from io import BytesIO

import av
import numpy as np
import pytest

from models.voice.contract import SAMPLE_RATE, Speech
from models.voice.encoding import encode
from models.voice.joining import joined, trimmed

pytestmark = pytest.mark.unit


def tone(seconds: float, hertz: float = 440.0) -> np.ndarray:
    at = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (0.5 * np.sin(2 * np.pi * hertz * at)).astype(np.float32)


def silence(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * SAMPLE_RATE), np.float32)


def test_silence_around_goes_and_pauses_come() -> None:
    spoken = np.concatenate([silence(0.7), tone(1.0), silence(0.9)])
    assert len(trimmed(spoken)) / SAMPLE_RATE == pytest.approx(1.1, abs=0.01)
    together = joined([spoken, silence(2.0), spoken])
    assert together.dtype == np.float32
    assert len(together) / SAMPLE_RATE == pytest.approx(0.15 + 1.1 + 0.4 + 1.1 + 0.15, abs=0.02)
    assert np.abs(together[: round(0.15 * SAMPLE_RATE)]).max() == 0


def test_nothing_but_silence_is_nothing() -> None:
    assert len(joined([silence(1.0)])) == len(joined([])) == 0


def test_the_file_is_mp3_and_holds_the_sound() -> None:
    speech = Speech(np.concatenate([tone(1.0), tone(1.0, 880.0)]))
    clip = encode(speech)
    assert (clip.content_type, clip.seconds) == ("audio/mpeg", 2.0)
    assert len(clip.data) < 20_000
    with av.open(BytesIO(clip.data)) as container:
        [stream] = container.streams
        assert (stream.codec_context.name, stream.codec_context.sample_rate) == ("mp3float", SAMPLE_RATE)
        decoded = np.concatenate([frame.to_ndarray().ravel() for frame in container.decode(stream)])
    assert len(decoded) / SAMPLE_RATE == pytest.approx(2.0, abs=0.1)
    spectrum = np.abs(np.fft.rfft(decoded[: SAMPLE_RATE // 2]))
    assert abs(np.argmax(spectrum) * 2 - 440) < 5
