"""Tokens become words, in both languages."""

import pytest

from models.speech.nemo.recognizer import buckets
from models.speech.nemo.tokens import Token, words_of, written_language
from models.speech.transcript import Language

pytestmark = pytest.mark.unit

VOCABULARY = ["<unk>", "▁he", "llo", "▁you", "你", "好", "5", "3", "ray", "，", "▁"]


def said(*tokens: tuple[str, int]) -> list[Token]:
    return [
        Token(VOCABULARY.index(piece), start, start + 1, 0.5 + 0.1 * row) for row, (piece, start) in enumerate(tokens)
    ]


def text_of(numbers: list[int]) -> str:
    return "".join(VOCABULARY[number] for number in numbers).replace("▁", " ")


def test_pieces_make_words() -> None:
    words = words_of(said(("▁he", 10), ("llo", 12), ("▁you", 30)), VOCABULARY, 0.08, text_of)
    assert [word["word"] for word in words] == [" hello", " you"]
    assert [(word["start"], word["end"]) for word in words] == [
        (pytest.approx(0.8), pytest.approx(1.04)),
        (pytest.approx(2.4), pytest.approx(2.48)),
    ]
    assert words[0]["probability"] == pytest.approx(0.55)


def test_a_word_lasts_until_the_next_where_there_is_no_pause() -> None:
    near, far = (words_of(said(("▁he", 10), ("▁you", start)), VOCABULARY, 1.0, text_of) for start in (14, 15))
    assert (near[0]["end"], far[0]["end"]) == (14, 11)


def test_each_字_is_a_word_and_numbers_stay_whole() -> None:
    tokens = said(("你", 0), ("好", 2), ("，", 3), ("5", 5), ("3", 6), ("好", 9), ("ray", 12))
    words = words_of(tokens, VOCABULARY, 0.08, text_of)
    assert [word["word"].strip() for word in words] == ["你", "好", "，", "53", "好", "ray"]
    assert words_of([], VOCABULARY, 0.08, text_of) == []


def test_a_字_begins_with_the_mark_before_it() -> None:
    [word] = words_of(said(("▁", 3), ("你", 5)), VOCABULARY, 1.0, text_of)
    assert (word["word"], word["start"], word["end"]) == (" 你", 3, 6)


@pytest.mark.parametrize(
    ("pieces", "languages", "language"),
    [
        (("你", "好", "ray"), ("zh", "en"), "zh"),
        (("▁he", "llo", "▁you"), ("zh", "en"), "en"),
        ((), ("zh",), "zh"),
        (("▁he",), ("zh",), "zh"),
    ],
)
def test_the_language_is_that_of_most_words(
    pieces: tuple[str, ...], languages: tuple[Language, ...], language: Language
) -> None:
    tokens = said(*((piece, 5 * number) for number, piece in enumerate(pieces)))
    assert written_language(words_of(tokens, VOCABULARY, 0.08, text_of), languages) == language


def test_buckets_hold_rows_of_like_length() -> None:
    seconds = [1.0, 10.0, 0.9, 9.0, 2.0]
    assert buckets(seconds, 100.0) == [[1, 3], [4], [0, 2]]
    assert buckets([10.0] * 5, 20.0) == [[0, 1], [2, 3], [4]]
    assert buckets([], 10.0) == []
