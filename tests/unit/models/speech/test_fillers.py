"""Fillers are found, and ordinary words are left alone."""

import pytest

from models.speech.fillers import find_fillers
from models.speech.transcript import Language, Transcript, Word

pytestmark = pytest.mark.unit


def said(language: Language, text: str) -> Transcript:
    """One word a second without pauses; "/" is a pause of a second."""
    words, time = list[Word](), 0.0
    for part in text.split():
        if part != "/":
            words.append(Word(text=part, start=time, end=time + 1, confidence=0.9))
        time += 1
    return Transcript(language=language, words=tuple(words), confidence=0.9, recognizer="test")


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Um, I was uh leading, uhm, the team", ["um", "uh", "uhm"]),
        ("en", "Er I heard an umbrella hummed errors", ["er"]),
        ("en", "I align...er, know 'er, re-er", []),
        ("en", "We were, you know, late", ["you know"]),
        ("en", "Do you know him", []),
        ("en", "I like it like that", []),
        ("en", "It was, like, hard", ["like"]),
        ("zh", "嗯， 我 觉得 呃 还 可以", ["嗯", "呃"]),
        ("zh", "额头 和 额外 的 额度", []),
        ("zh", "那个， 我 去年 那个 项目", ["那个"]),
        ("zh", "那个 那个 项目", ["那个"]),
        ("zh", "做 完 / 然后 / 我 就是 组长", ["然后"]),
        ("zh", "沟通。 恩。 举 个 例子， 恩人", ["恩"]),
        ("zh", "那 个， 我 想", ["那个"]),
    ],
)
def test_found(language: Language, text: str, expected: list[str]) -> None:
    assert [filler for filler, *_ in find_fillers(said(language, text))] == expected


def test_times_are_those_of_its_words() -> None:
    [(filler, start, end, confidence)] = find_fillers(said("en", "We were, you know, late"))
    assert (filler, start, end, confidence) == ("you know", 2.0, 4.0, 0.9)
