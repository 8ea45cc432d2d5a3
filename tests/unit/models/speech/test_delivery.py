"""Pace, pauses, melody and talk ratio follow from words and speech."""

import numpy as np
import pytest

from models.observation import Observation
from models.speech.delivery import count_units, observe_delivery
from models.speech.prosody import Prosody
from models.speech.transcript import Language, Transcript, Word

pytestmark = pytest.mark.unit


def transcript(language: Language, *words: tuple[str, float, float]) -> Transcript:
    return Transcript(
        language=language,
        words=tuple(Word(text=text, start=start, end=end, confidence=0.9) for text, start, end in words),
        confidence=0.9,
        recognizer="test",
    )


def prosody(*spans: tuple[float, float], pitch: float = 2.0) -> Prosody:
    melody = np.tile([12 - pitch, 12 + pitch], 100).astype(np.float32)
    return Prosody(spans[0][0], spans[-1][1], spans, melody, np.tile([-20.0, -26.0], 10).astype(np.float32))


def of_kind(observations: list[Observation], kind: str) -> list[Observation]:
    return [observation for observation in observations if observation.kind == kind]


def test_pace_overall_and_over_time() -> None:
    words = [("word", t, t + 0.4) for t in np.arange(0, 20, 0.5)] + [("word", t, t + 0.4) for t in np.arange(20, 40, 1)]
    overall, first, second = of_kind(
        observe_delivery(transcript("en", *words), [prosody((0, 40))], 40.0), "speech_rate"
    )[:3]
    by_label = {(seen.label, seen.start): seen.value for seen in (overall, first, second)}
    assert by_label[("overall", 0.0)] == pytest.approx(60 * 60 / 39.4)
    assert by_label[("window", 0.0)] == pytest.approx(120)
    assert by_label[("window", 20.0)] == pytest.approx(60 * 20 / 19.4)


def test_a_pause_is_where_nobody_speaks() -> None:
    words = [("one", 0.0, 1.0), ("two", 4.5, 5.0), ("three", 5.6, 6.0)]
    [pause] = of_kind(observe_delivery(transcript("en", *words), [prosody((0, 1), (4.5, 6))], 6.0), "pause")
    assert (pause.start, pause.end, pause.value) == (1.0, 4.5, 3.5)


def test_speech_that_was_not_understood_is_no_pause() -> None:
    words = [("one", 0.0, 1.0), ("two", 4.5, 5.0)]
    spans = ((0, 1), (1.5, 4.0), (4.5, 5))
    assert of_kind(observe_delivery(transcript("en", *words), [prosody(*spans)], 5.0), "pause") == []


def test_melody_loudness_and_talk_ratio() -> None:
    observations = observe_delivery(transcript("en", ("one", 1.0, 2.0)), [prosody((1, 4)), prosody((5, 6))], 8.0)
    [pitch], [loudness], [ratio] = (
        of_kind(observations, kind) for kind in ("pitch_variation", "loudness_variation", "talk_ratio")
    )
    assert (pitch.start, pitch.end, pitch.value) == (1, 6, pytest.approx(2.0))
    assert loudness.value == pytest.approx(3.0)
    assert (ratio.start, ratio.end, ratio.value) == (0, 8, 0.5)


def test_an_octave_error_of_the_tracker_is_no_melody() -> None:
    part = prosody((0, 4))
    wild = Prosody(0, 4, ((0, 4),), np.append(part.pitch, np.full(10, 36, np.float32)), part.loudness)
    [pitch] = of_kind(observe_delivery(transcript("en", ("one", 0, 1)), [wild], 4.0), "pitch_variation")
    assert pitch.value == pytest.approx(2.0)


def test_silence_says_only_that_it_is_silence() -> None:
    [only] = observe_delivery(transcript("zh"), [], 10.0)
    assert (only.kind, only.value) == ("talk_ratio", 0.0)


@pytest.mark.parametrize(
    ("text", "language", "count"),
    [
        ("Well, I don't know -", "en", 4),
        ("我们的团队，很好。", "zh", 7),
        ("2014年", "zh", 5),
        ("用Python写", "zh", 3),
        ("", "zh", 0),
    ],
)
def test_units(text: str, language: Language, count: int) -> None:
    assert count_units(text, language) == count
