"""Which stretches of a session are another voice than most: on made-up vectors, so that each rule stands alone."""

from collections.abc import Sequence

import numpy as np
import pytest

from models.speakers.heard import HeardVoice, TakeVoices
from models.speakers.judgement import ALIKE, OTHER_VOICE, SAME_VOICE, other_voices

pytestmark = pytest.mark.unit

SECONDS = 2.5


def voice(likeness: float, own: int = 1, drift: float = 0.0, turn: int = 0) -> tuple[float, ...]:
    """A vector of that cosine to the first axis, the rest along axis `own`; `drift` tilts it to axis 10 + turn."""
    vector = np.zeros(64)
    vector[0] = likeness
    vector[own] = np.sqrt(max(0.0, 1 - likeness**2))
    vector[10 + turn] += drift
    return tuple(vector / np.linalg.norm(vector))


MAIN = voice(1.0)
OTHER = voice(0.5)


def take(*vectors: tuple[float, ...], seconds: float = SECONDS) -> TakeVoices:
    """A stretch every three seconds."""
    return TakeVoices(
        heard=[
            HeardVoice(start=3.0 * place, end=3.0 * place + seconds, seconds=seconds, vector=vector)
            for place, vector in enumerate(vectors)
        ]
    )


def spans(takes: Sequence[TakeVoices]) -> list[list[tuple[float, float]]]:
    return [[(seen.start, seen.end) for seen in found] for found in other_voices(takes)]


def test_one_voice_gives_nothing_however_it_drifts() -> None:
    assert spans([take(*(voice(1.0, drift=0.5, turn=turn) for turn in range(12))), take(*[MAIN] * 6)]) == [[], []]


def test_a_second_voice_is_seen_where_it_speaks() -> None:
    [found] = other_voices([take(*[MAIN] * 4, OTHER, OTHER, OTHER, *[MAIN] * 4)])
    [seen] = found
    assert (seen.kind, seen.start, seen.end, seen.label) == ("another_voice", 12.0, 20.5, None)
    assert seen.value == pytest.approx(0.5, abs=0.01)


def test_turns_apart_are_told_apart() -> None:
    turns = [OTHER, OTHER, MAIN, MAIN, OTHER]
    assert spans([take(*[MAIN] * 5, *turns)]) == [[(15.0, 20.5), (27.0, 29.5)]]


@pytest.mark.parametrize(("stretches", "seconds", "is_seen"), [(1, 3.0, False), (2, 2.4, False), (2, 2.5, True)])
def test_another_voice_must_speak_for_five_seconds_in_all(stretches: int, seconds: float, is_seen: bool) -> None:
    [found] = spans([take(*[MAIN] * 8, *[OTHER] * stretches, seconds=seconds)])
    assert bool(found) is is_seen


def test_five_seconds_may_come_together_over_several_takes() -> None:
    takes = [take(*[MAIN] * 4, OTHER), take(OTHER, *[MAIN] * 4), take(*[MAIN] * 3)]
    assert spans(takes) == [[(12.0, 14.5)], [(0.0, 2.5)], []]


def test_sounds_that_are_alike_to_nothing_are_no_voice() -> None:
    # A laugh, a cough, a whisper: far from the voice, and as far from each other.
    odd = [voice(0.4, own=place) for place in range(1, 6)]
    assert float(np.dot(odd[0], odd[1])) < ALIKE
    assert spans([take(*[MAIN] * 8, *odd)]) == [[]]


def test_the_same_voice_in_noise_is_not_another() -> None:
    # Each stretch is unlike the mean, but what they have in common is not unlike enough.
    noisy = [voice(0.68, own=1, drift=0.3, turn=turn) for turn in range(4)]
    likeness = [float(np.dot(one, MAIN)) for one in noisy]
    mean = np.mean(noisy, axis=0)
    assert max(likeness) < SAME_VOICE and float(mean @ MAIN / np.linalg.norm(mean)) > OTHER_VOICE
    assert spans([take(*[MAIN] * 10, *noisy)]) == [[]]


def test_whoever_speaks_most_is_the_main_voice_in_whatever_order() -> None:
    takes = [take(OTHER, OTHER, OTHER), take(*[MAIN] * 5), take(*[MAIN] * 5)]
    assert spans(takes) == [[(0.0, 8.5)], [], []]
    assert spans(takes[::-1]) == [[], [], [(0.0, 8.5)]]


def test_two_other_voices_are_both_seen() -> None:
    third = voice(0.5, own=2)
    [found] = spans([take(*[MAIN] * 9, OTHER, OTHER, third, third)])
    assert found == [(27.0, 38.5)]


def test_too_little_speech_to_know_the_main_voice_gives_nothing() -> None:
    assert spans([take(MAIN, MAIN, MAIN, OTHER, OTHER)]) == [[]]
    assert spans([take(MAIN, MAIN, MAIN, MAIN, OTHER, OTHER)]) == [[(12.0, 17.5)]]


def test_nothing_heard_gives_nothing() -> None:
    assert other_voices([]) == []
    assert other_voices([take(), take()]) == [[], []]
    silent = take(*[(0.0,) * 64] * 5)
    assert other_voices([silent]) == [[]]
