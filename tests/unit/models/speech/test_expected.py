"""The words that an answer is likely to hold: those of the question and of any list, each once, as many as fit."""

import numpy as np
import pytest

from models.speech.contract import LONGEST_KEYWORD, MOST_KEYWORDS, Segment
from models.speech.expected import expected_words, question_words
from models.speech.transcript import Language

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Tell me about a time you handled an upset customer.", []),
        ("en", "How do you use Kubernetes, CI/CD and C++ at scale?", ["Kubernetes", "CI/CD", "C++"]),
        ("en", "PostgreSQL or k8s: which one did I choose? Describe Docker.", ["PostgreSQL", "k8s", "Docker"]),
        ("en", "", []),
        ("zh", "请讲一次你处理客户不满的经历。", ["客户", "经历"]),
        ("zh", "你如何使用 Kubernetes 部署微服务？", ["Kubernetes", "部署", "服务"]),
        ("zh", "你為什麼想離開華為？", ["华为"]),
        ("zh", "？", []),
    ],
)
def test_words_of_a_question(language: Language, text: str, expected: list[str]) -> None:
    assert question_words(text, language) == expected


def test_each_counts_once_and_the_first_lists_come_first() -> None:
    assert expected_words(["團隊", "Python"], [], [" 团队 ", "PYTHON", "machine\n learning"]) == (
        "團隊",
        "Python",
        "machine learning",
    )


def test_what_is_no_word_is_left_out() -> None:
    assert expected_words(["", " ", "，", "x" * (LONGEST_KEYWORD + 1), "x" * LONGEST_KEYWORD]) == (
        "x" * LONGEST_KEYWORD,
    )


def test_there_are_never_more_than_a_segment_takes() -> None:
    words = expected_words(f"word{number}" for number in range(2 * MOST_KEYWORDS))
    assert words[-1] == f"word{MOST_KEYWORDS - 1}"
    Segment(np.zeros(1, np.float32), 0.0, keywords=words)
    for too_many in ((*words, "one more"), ("x" * (LONGEST_KEYWORD + 1),)):
        with pytest.raises(ValueError, match="a segment takes 50 keywords of 40 letters"):
            Segment(np.zeros(1, np.float32), 0.0, keywords=too_many)
