"""What was said the same way reads the same way."""

import pytest

from models.speech.transcript import Language
from ops.evaluate.normalise import normalise, units

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "Mr. Smith paid twenty-one dollars.", "mister smith paid $21"),
        ("en", "I don't like the colour", "i do not like the color"),
        ("en", "Um, so I, uh, left", "so i left"),
        ("zh", "有十四个人。", "有 14 個人"),
        ("zh", "增长百分之五", "增长5%，"),
        ("zh", "一点五亿元", "1.5亿元"),
        ("zh", "我們的團隊！", "我们的团队"),
        ("zh", "二零一四年五月", "2014年5月"),
        ("zh", "用ＡＰＰ开会", "用app开会"),
    ],
)
def test_alike(language: Language, one: str, other: str) -> None:
    assert normalise(one, language) == normalise(other, language) != ""


def test_different_words_stay_different() -> None:
    assert normalise("十四个人", "zh") != normalise("四十个人", "zh")
    assert normalise("fourteen", "en") != normalise("forty", "en")


def test_units_of_each_language() -> None:
    assert units("Hello, world!", "en") == ["hello", "world"]
    assert units("你好，世界！", "zh") == ["你", "好", "世", "界"]
    assert units("...", "zh") == units("", "en") == []
