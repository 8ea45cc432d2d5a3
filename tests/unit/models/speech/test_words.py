"""Aligned tokens become words on the take's clock."""

import numpy as np
import pytest

from models.speech.contract import Segment
from models.speech.words import AlignedWord, transcript_of

pytestmark = pytest.mark.unit


def aligned(*words: tuple[str, float, float]) -> list[AlignedWord]:
    return [
        {"word": text, "tokens": [number], "start": start, "end": end, "probability": 0.8}
        for number, (text, start, end) in enumerate(words)
    ]


def segment(*spans: tuple[float, float], start: float = 0.0) -> Segment:
    return Segment(np.zeros(160_000, np.float32), start=start, spans=spans)


def test_times_count_from_the_start_of_the_take() -> None:
    transcript = transcript_of(aligned((" Hello", 0.1, 0.4), (" there", 0.4, 0.8)), segment(start=60.0), "en", "engine")
    assert [(word.text, word.start, word.end) for word in transcript.words] == [
        ("Hello", 60.1, 60.4),
        ("there", 60.4, 60.8),
    ]
    assert (transcript.text, transcript.confidence) == ("Hello there", pytest.approx(0.8))
    assert transcript.recognizer == "engine"


def test_punctuation_is_attached_and_is_no_word() -> None:
    words = aligned((" Hello", 0.1, 0.4), (",", 0.4, 0.4), (" there", 0.5, 0.8), (".", 0.8, 0.8), (" ...", 0.9, 1.0))
    transcript = transcript_of(words, segment(), "en", "engine")
    assert [word.text for word in transcript.words] == ["Hello,", "there...."]


def test_a_sign_that_is_no_letter_is_kept() -> None:
    transcript = transcript_of(aligned(("增长", 0, 1), ("5", 1, 2), ("%", 2, 3)), segment(), "zh", "engine")
    assert transcript.text == "增长5%"


def test_pieces_of_a_number_or_a_foreign_word_are_one_word() -> None:
    pieces = aligned(("收", 0, 1), ("于", 1, 2), ("1", 2, 3), ("11", 3, 4), (".", 4, 4), ("27", 4, 5), ("美元", 5, 6))
    transcript = transcript_of(pieces, segment(), "zh", "engine")
    assert [word.text for word in transcript.words] == ["收", "于", "111.27", "美元"]
    assert (transcript.words[2].start, transcript.words[2].end) == (2, 5)
    assert transcript.words[2].confidence == pytest.approx(0.8)


def test_chinese_is_simplified_with_full_width_marks() -> None:
    words = aligned(("我們", 0, 1), ("的", 1, 2), ("團隊", 2, 3), (",", 3, 3), ("很", 3, 4), ("好", 4, 5), ("。", 5, 5))
    assert transcript_of(words, segment(), "zh", "engine").text == "我们的团队，很好。"
    assert (
        transcript_of(aligned(("3", 0, 1), (",", 1, 1), ("000", 1, 2), ("元", 2, 3)), segment(), "zh", "e").text
        == "3,000元"
    )


def test_a_word_stretched_over_a_pause_is_cut_to_its_speech() -> None:
    spans = ((1.0, 2.0), (5.0, 6.0))
    words = aligned((" one", 1.1, 1.9), (" two", 1.9, 5.6), (" three", 5.6, 9.0))
    times = [(word.start, word.end) for word in transcript_of(words, segment(*spans), "en", "engine").words]
    assert times == [(1.1, 1.9), (pytest.approx(4.85), 5.6), (5.6, pytest.approx(6.15))]


def test_times_never_run_backwards() -> None:
    words = aligned((" one", 1.0, 2.0), (" two", 1.5, 1.8), (" three", 1.9, 2.5))
    times = [(word.start, word.end) for word in transcript_of(words, segment(), "en", "engine").words]
    assert times == [(1.0, 2.0), (2.0, 2.0), (2.0, 2.5)]


def test_nothing_said() -> None:
    transcript = transcript_of([], segment(), "zh", "engine")
    assert (transcript.words, transcript.confidence, transcript.text) == ((), 0.0, "")
