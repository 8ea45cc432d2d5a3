"""Pitch and loudness are measured right, on sound whose own are known."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models.speech.contract import Segment
from models.speech.prosody import measure_prosody

pytestmark = pytest.mark.unit
RATE = 16_000


def voice(hertz: NDArray[np.float64]) -> NDArray[np.float32]:
    """A buzz with twenty harmonics at the given pitch per sample."""
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    return np.asarray(0.2 * sum(np.sin(n * phase) / n for n in range(1, 21)), np.float32)


def whole(audio: NDArray[np.float32]) -> Segment:
    return Segment(audio, 0.0, spans=((0.0, len(audio) / RATE),))


@pytest.mark.parametrize("hertz", [80.0, 120.0, 220.0, 350.0])
def test_pitch_of_a_steady_voice(hertz: float) -> None:
    pitch = measure_prosody(whole(voice(np.full(2 * RATE, hertz)))).pitch
    assert len(pitch) > 180
    assert np.median(pitch) == pytest.approx(12 * np.log2(hertz / 55), abs=0.4)
    assert pitch.std() < 0.2


def test_pitch_of_a_lively_voice() -> None:
    time = np.arange(4 * RATE) / RATE
    pitch = measure_prosody(whole(voice(150 * 2 ** (4 * np.sin(2 * np.pi * 0.5 * time) / 12)))).pitch
    assert pitch.std() == pytest.approx(4 / np.sqrt(2), abs=0.25)


def test_noise_and_silence_have_no_pitch() -> None:
    noise = (0.1 * np.random.default_rng(0).standard_normal(2 * RATE)).astype(np.float32)
    assert len(measure_prosody(whole(noise)).pitch) == 0
    assert len(measure_prosody(whole(np.zeros(2 * RATE, np.float32))).pitch) == 0


def test_loudness_in_decibels() -> None:
    steady = voice(np.full(2 * RATE, 120.0))
    louder = np.concatenate([steady, 0.1 * steady])
    loudness = measure_prosody(whole(louder)).loudness
    assert loudness[:10].mean() - loudness[-10:].mean() == pytest.approx(20, abs=0.2)
    assert loudness[:10].std() < 0.2


def test_only_speech_is_measured() -> None:
    audio = np.concatenate([voice(np.full(RATE, 120.0)), np.zeros(RATE, np.float32), voice(np.full(RATE, 120.0))])
    measured = measure_prosody(Segment(audio, 10.0, spans=((10.0, 11.0), (12.0, 13.0))))
    assert (measured.start, measured.end) == (10.0, 13.0)
    assert measured.loudness.std() < 1
    assert measured.pitch.std() < 0.5


def test_a_word_too_short_to_measure() -> None:
    measured = measure_prosody(whole(np.zeros(300, np.float32)))
    assert (len(measured.pitch), len(measured.loudness)) == (0, 0)
