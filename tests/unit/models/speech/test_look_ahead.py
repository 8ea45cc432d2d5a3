import numpy as np
import pytest

from models.speech.contract import SAMPLE_RATE, Segment
from models.speech.look_ahead import LEAD_S, LookAhead
from models.speech.transcript import Transcript, Word

pytestmark = pytest.mark.unit


def segment(seconds: float, *spans: tuple[float, float]) -> Segment:
    """An unfinished segment that begins 10 s into its take."""
    sound = np.arange(round(seconds * SAMPLE_RATE), dtype=np.float32)
    return Segment(sound, 10.0, "en", tuple((10 + start, 10 + end) for start, end in spans))


def heard(*words: tuple[str, float, float]) -> Transcript:
    spoken = tuple(Word(text=text, start=10 + start, end=10 + end, confidence=1.0) for text, start, end in words)
    return Transcript(language="en", words=spoken, confidence=1.0, recognizer="test")


def test_a_short_stretch_is_transcribed_whole_again_and_again() -> None:
    ahead = LookAhead()
    first = segment(3, (0, 1), (2, 3))
    assert ahead.tail(first) is first
    ahead.settle(first, heard(("one", 0, 1), ("two", 2, 3)))
    longer = segment(5, (0, 1), (2, 5))
    assert ahead.tail(longer) is longer
    assert ahead.settled == []


def test_a_long_stretch_is_settled_up_to_its_last_pause() -> None:
    ahead = LookAhead()
    ahead.settle(segment(8, (0, 3), (4, 8)), heard(("one", 0, 1), ("two", 2, 3), ("three", 4, 5)))
    assert [part.text for part in ahead.settled] == ["one two"]

    tail = ahead.tail(segment(9, (0, 3), (4, 9)))

    assert tail is not None
    assert tail.start == pytest.approx(14 - LEAD_S)
    assert tail.spans == ((14, 19),)
    # The sound is that of the same time.
    assert tail.audio[0] == round((4 - LEAD_S) * SAMPLE_RATE)
    assert tail.start + tail.seconds == pytest.approx(19)


def test_speech_without_a_pause_stays_whole() -> None:
    ahead, whole = LookAhead(), segment(20, (0, 20))
    ahead.settle(whole, heard(("one", 0, 1)))
    assert ahead.settled == []
    assert ahead.tail(whole) is whole


def test_what_a_final_transcript_covers_is_settled_no_more() -> None:
    ahead = LookAhead()
    ahead.settle(segment(8, (0, 3), (4, 8)), heard(("one", 0, 1)))
    ahead.complete(18.0)
    assert ahead.settled == []


def test_nothing_new_is_nothing_to_transcribe() -> None:
    ahead = LookAhead()
    ahead.settle(segment(8, (0, 3), (4, 8)), heard(("one", 0, 1)))
    assert ahead.tail(segment(4, (0, 3))) is None
