"""Speech cut into stretches that are long enough to tell a voice by."""

import numpy as np
import pytest

from models.speakers.features import WINDOW_FRAMES, Windows, window_starts
from models.speakers.stretches import LEAST_S, MOST_S, cut
from models.speech.contract import SAMPLE_RATE, Segment

pytestmark = pytest.mark.unit


def segment(*spans: tuple[float, float], start: float = 10.0) -> Segment:
    """A segment whose samples tell their own time: sample n is n / SAMPLE_RATE, seconds after `start`."""
    length = round((spans[-1][1] - start + 0.4) * SAMPLE_RATE)
    audio = (np.arange(length) / SAMPLE_RATE).astype(np.float32)
    return Segment(audio=audio, start=start, spans=spans)


def test_long_speech_is_divided_evenly() -> None:
    found = cut(segment((10.4, 17.9)))
    assert [(round(one.start, 2), round(one.end, 2)) for one in found] == [(10.4, 12.9), (12.9, 15.4), (15.4, 17.9)]
    assert all(len(one.sound) / SAMPLE_RATE <= MOST_S + 0.01 for one in found)


def test_pauses_within_a_stretch_are_left_out_of_its_sound() -> None:
    [one] = cut(segment((10.4, 11.6), (12.0, 13.2)))
    assert (one.start, one.end, len(one.sound)) == (10.4, 13.2, round(2.4 * SAMPLE_RATE))
    assert one.sound[0] == pytest.approx(0.4, abs=1e-3)
    assert one.sound[-1] == pytest.approx(3.2, abs=1e-3)
    assert np.diff(one.sound).max() == pytest.approx(0.4, abs=1e-3)


def test_a_pause_in_which_somebody_else_may_begin_ends_a_stretch() -> None:
    found = cut(segment((10.4, 12.2), (13.0, 14.8)))
    assert [(one.start, one.end) for one in found] == [(10.4, 12.2), (13.0, 14.8)]


def test_what_is_too_short_to_tell_a_voice_by_is_left_out() -> None:
    assert cut(segment((10.4, 11.0), (12.0, 12.0 + LEAST_S - 0.1))) == []


@pytest.mark.parametrize(
    ("seconds", "starts"),
    [(0.5, [0]), (1.6, [0]), (1.9, [0]), (2.0, [0, 80]), (3.0, [0, 80, 160]), (3.2, [0, 80, 160])],
)
def test_windows_cover_the_sound_and_the_last_is_mostly_sound(seconds: float, starts: list[int]) -> None:
    samples = round(seconds * SAMPLE_RATE)
    assert window_starts(samples, 80) == starts
    windows = Windows()(np.random.default_rng(0).standard_normal(samples).astype(np.float32))
    assert windows.shape == (len(starts), WINDOW_FRAMES, 40)


def test_quiet_speech_is_made_louder_and_loud_speech_is_left_alone() -> None:
    noise = np.random.default_rng(0).standard_normal(SAMPLE_RATE * 2).astype(np.float32)
    windows = Windows()
    quiet, quieter, loud = (float(windows(noise * level).mean()) for level in (0.001, 0.0001, 0.3))
    assert quiet == pytest.approx(quieter, rel=1e-3)
    assert loud > 50 * quiet
    assert float(windows(np.zeros(SAMPLE_RATE, np.float32)).abs().max()) == 0
