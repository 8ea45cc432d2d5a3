"""Speech is found and cut at its pauses; nothing else is taken for speech."""

import io
from collections.abc import Callable
from itertools import pairwise

import media_samples
import numpy as np
import pytest
from speech_samples import SpokenAnswer

from models.media.audio import decode_audio
from models.speech.contract import Segment
from models.speech.vad import MAX_SEGMENT_S, SileroVad

pytestmark = pytest.mark.integration


def test_a_long_pause_ends_a_segment(vad: SileroVad, answers: dict[str, SpokenAnswer]) -> None:
    first, second = vad.segments([answers["zh-1"].audio], "zh")
    assert second.start - (first.start + first.seconds) > 1.5
    assert first.language == second.language == "zh"
    for segment in (first, second):
        assert all(segment.start <= a < b <= segment.start + segment.seconds for a, b in segment.spans)


def test_blocks_of_any_size_give_the_same_segments(vad: SileroVad, answers: dict[str, SpokenAnswer]) -> None:
    audio = answers["en-1"].audio
    whole = list(vad.segments([audio]))
    for size in (700, 16_000):
        pieces = list(vad.segments(audio[first : first + size] for first in range(0, len(audio), size)))
        assert [(s.start, s.spans, len(s.audio)) for s in pieces] == [(s.start, s.spans, len(s.audio)) for s in whole]


def test_unbroken_speech_is_cut_without_loss(vad: SileroVad, answers: dict[str, SpokenAnswer]) -> None:
    audio = np.tile(answers["en-2"].audio, 3)
    segments: list[Segment] = list(vad.segments([audio]))
    assert all(segment.seconds <= MAX_SEGMENT_S for segment in segments)
    assert all(before.start + before.seconds <= after.start + 1e-6 for before, after in pairwise(segments))
    speech = sum(b - a for segment in segments for a, b in segment.spans)
    once = sum(b - a for segment in vad.segments([answers["en-2"].audio]) for a, b in segment.spans)
    assert speech == pytest.approx(3 * once, rel=0.05)
    first = segments[0]
    start = round(first.start * 16_000)
    np.testing.assert_array_equal(first.audio, audio[start : start + len(first.audio)])


@pytest.mark.parametrize("sample", [media_samples.silence, media_samples.music, media_samples.noise])
def test_no_speech(vad: SileroVad, sample: Callable[[], bytes]) -> None:
    assert list(vad.segments([decode_audio(io.BytesIO(sample())).samples])) == []


def test_less_than_one_frame(vad: SileroVad) -> None:
    assert list(vad.segments([np.zeros(100, np.float32)])) == []
    assert list(vad.segments([])) == []
