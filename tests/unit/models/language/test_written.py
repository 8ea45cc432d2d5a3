"""A written answer's words and sentences."""

import time

import pytest

from models.language.keywords import Keyword, find_keywords
from models.language.written import Written
from models.speech.transcript import Language

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("language", "text", "sentences"),
    [
        (
            "en",
            "I led a team of four.\n- wrote the plan with  everybody\n- told the customer early\n\nWe shipped in May!",
            [
                "I led a team of four.",
                "- wrote the plan with  everybody",
                "- told the customer early",
                "We shipped in May!",
            ],
        ),
        (
            "zh",
            "我负责带四个 Python 开发。当天就告诉了领导\n先做最重要的事情，其他的都砍掉了。",
            ["我负责带四个 Python 开发。", "当天就告诉了领导", "先做最重要的事情，其他的都砍掉了。"],
        ),
        ("en", "I talked to everybody. Good.", ["I talked to everybody. Good."]),
    ],
)
def test_sentences_are_quoted_as_they_were_written(language: Language, text: str, sentences: list[str]) -> None:
    written = Written.of(text, language)
    assert [sentence.text for sentence in written.sentences] == sentences
    assert all(sentence.text in text for sentence in written.sentences)
    assert written.transcript.confidence == 1.0


def test_a_keyword_is_in_the_sentence_at_its_place() -> None:
    written = Written.of("I planned all of it alone.\nThen the whole team shared the work.", "en")
    [mention] = find_keywords(written.transcript, [Keyword(term="team")])
    [around] = [one for one in written.sentences if one.start <= mention.start and mention.end <= one.end]
    assert around.text == "Then the whole team shared the work."


def test_keywords_with_marks_and_in_the_other_language_are_found() -> None:
    written = Written.of("我们用Python，还有 C++ 写的。", "zh")
    found = find_keywords(written.transcript, [Keyword(term="Python"), Keyword(term="C++"), Keyword(term="Java")])
    assert [mention.label for mention in found] == ["Python", "C++"]


@pytest.mark.parametrize("text", ["我" * 20_000, "a " * 10_000, "a\n" * 10_000, "." * 20_000, "好的。" * 6_666])
def test_the_longest_text_without_any_sense_takes_no_time(text: str) -> None:
    started = time.process_time()
    written = Written.of(text, "zh" if "我" in text or "好" in text else "en")
    # Measured: at most 2 s of one core; without stretches it would be minutes.
    assert time.process_time() - started < 10
    assert "".join(sentence.text for sentence in written.sentences).count("\n") <= text.count("\n")


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_nothing_written_has_no_sentence(text: str) -> None:
    written = Written.of(text, "en")
    assert (written.sentences, written.transcript.words, written.transcript.confidence) == ([], (), 0.0)
