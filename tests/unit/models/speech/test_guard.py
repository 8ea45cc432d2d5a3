"""Inventions are recognised as such, and what was said is kept."""

import numpy as np
import pytest

from models.speech.contract import Segment
from models.speech.guard import Hypothesis, is_invented, is_repetitive

pytestmark = pytest.mark.unit


def segment(speech_s: float) -> Segment:
    return Segment(np.zeros(int(16_000 * (speech_s + 0.8)), np.float32), 0.0, spans=((0.4, 0.4 + speech_s),))


def hypothesis(text: str, logprob: float, no_speech: float = 0.1) -> Hypothesis:
    return Hypothesis([1, 2], text, logprob, no_speech)


@pytest.mark.parametrize(
    ("said", "speech_s", "invented"),
    [
        (hypothesis("Yes.", -0.6), 0.3, False),  # a short answer, clearly heard
        (hypothesis("Whoop!", -1.2), 0.3, True),  # a bark
        (hypothesis("The line is bad but I am here.", -1.2), 4.0, False),  # a noisy line
        (hypothesis("Thank you.", -1.2, no_speech=0.7), 4.0, True),  # the engine itself hears no speech
        (hypothesis("Thank you.", -0.4, no_speech=0.7), 4.0, False),  # but is sure of the words
        (hypothesis("you", -0.4, no_speech=0.93), 4.0, True),  # digital silence
        (hypothesis("I don't know. " * 30, -0.1), 20.0, True),  # a loop
    ],
)
def test_invented(said: Hypothesis, speech_s: float, invented: bool) -> None:
    assert is_invented(said, segment(speech_s)) is invented


def test_said_twice_is_no_loop() -> None:
    assert not is_repetitive(hypothesis("here are some more words, words, words, words, and that is all", -0.2))
    assert is_repetitive(hypothesis("我们我们我们我们我们我们我们我们我们我们我们我们我们我们我们我们", -0.2))
