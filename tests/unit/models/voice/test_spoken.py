"""A text is read aloud as a person reads it, whatever stands in it."""

import pytest

from models.speech.transcript import Language
from models.voice.spoken import sentences

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("language", "text", "read"),
    [
        ("en", "You led 3 projects to 98.5%?", ["You led three projects to ninety eight point five percent?"]),
        ("en", "Order #42 cost $3,000.", ["Order number forty two cost three thousand dollars."]),
        ("en", "What’s your 5-year plan?", ["What's your five-year plan?"]),
        ("en", "C#, C++ and .NET, 24/7?", ["C sharp, C plus plus and dot net, twenty-four seven?"]),
        ("en", "What happened? What did you learn?", ["What happened?", "What did you learn?"]),
        ("en", "First line\n\nSecond line", ["First line", "Second line"]),
        ("zh", "2024年完成率98.5%？", ["二零二四年完成率百分之九十八点五?"]),
        ("zh", "带领10-15人，月薪￥1,200。", ["带领十到十五人, 月薪一千二百元."]),
        ("zh", "你怎么看《规则》、Python和“100+客户”？", ["你怎么看 “规则” , Python和“一百多客户”?"]),
        ("zh", "你做了什么？结果如何？", ["你做了什么?", "结果如何?"]),
    ],
)
def test_numbers_signs_and_sentences(language: Language, text: str, read: list[str]) -> None:
    assert sentences(text, language) == read


@pytest.mark.parametrize("text", ["", "  \n ", "?!… —", "。。！", "👍", "***"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_has_no_words_has_nothing_to_read(text: str, language: Language) -> None:
    assert sentences(text, language) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_sign_stops_the_reading(language: Language) -> None:
    # Latin and its signs, Greek, punctuation, currencies, arrows, numbers in circles, full-width forms, pictures.
    for block in (
        range(0x20, 0x180),
        range(0x391, 0x3AA),
        range(0x2010, 0x2040),
        range(0x20A0, 0x20C0),
        range(0x2190, 0x2196),
        range(0x2460, 0x2466),
        range(0x3000, 0x3020),
        range(0xFF00, 0xFF10),
        [0x1F600],
    ):
        for code in block:
            sign = chr(code)
            read = " ".join(sentences(f"order {sign}42 is {sign} late 3{sign} 订单", language))
            assert "order" in read and "late" in read and "订单" in read, hex(code)
