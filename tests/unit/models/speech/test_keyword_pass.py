"""A decoding behind keywords counts only where it has one of them more."""

from pathlib import Path

import numpy as np
import pytest
import tokenizers
from faster_whisper.tokenizer import Tokenizer

from models.speech.contract import SAMPLE_RATE, Segment
from models.speech.keyword_pass import MOST_TOKENS, hear_keywords, keyword_prompt
from models.speech.transcript import Language
from models.speech.whisper_decoding import language_tokenizers

pytestmark = pytest.mark.unit
SEGMENT = Segment(audio=np.zeros(SAMPLE_RATE, np.float32), start=0.0)


@pytest.fixture(scope="module")
def of_language(models_dir: Path) -> dict[Language, Tokenizer]:
    return language_tokenizers(tokenizers.Tokenizer.from_file(str(models_dir / "whisper-base" / "tokenizer.json")))


@pytest.mark.parametrize(
    ("language", "keywords", "spoken", "biased", "taken"),
    [
        ("zh", ["主教练"], "其中郎平主教脸最为辛苦", "其中郎平主教练最为辛苦。", True),
        ("zh", ["主教練"], "其中郎平主教脸最为辛苦", "其中郎平主教练最为辛苦。", True),
        ("zh", ["主教练"], "主教練最为辛苦", "主教练最为幸福", False),
        ("zh", ["Python"], "我用派森写", "我用python写", True),
        ("zh", ["团队"], "我很好", "团队团队团队团队团队团队团队团队团队团队团队团队团队团队团队团队团队团队", False),
        ("en", ["Kubernetes", "SQL"], " I use cooper nettys.", " I use Kubernetes.", True),
        ("en", ["SQL"], " The sequel", " The SQLite", False),
        ("en", ["team"], " We met.", " We meet.", False),
    ],
)
def test_taken(
    of_language: dict[Language, Tokenizer],
    language: Language,
    keywords: list[str],
    spoken: str,
    biased: str,
    taken: bool,
) -> None:
    tokenizer = of_language[language]
    first, second = tokenizer.encode(spoken), tokenizer.encode(biased)
    heard = hear_keywords(tokenizer, [first], [SEGMENT], keywords, lambda prompt, most: [second])
    assert heard == [second if taken else first]


@pytest.mark.parametrize("keywords", [[], ["", "，"]])
def test_without_keywords_nothing_is_decoded(of_language: dict[Language, Tokenizer], keywords: list[str]) -> None:
    first = of_language["zh"].encode("我很好")
    heard = hear_keywords(of_language["zh"], [first], [SEGMENT], keywords, lambda prompt, most: pytest.fail("decoded"))
    assert heard == [first]


def test_nothing_is_added_where_nothing_was_heard(of_language: dict[Language, Tokenizer]) -> None:
    tokenizer = of_language["zh"]
    rows = [tokenizer.encode("团队"), tokenizer.encode("团队")]
    heard = hear_keywords(tokenizer, [[], tokenizer.encode("团对")], [SEGMENT] * 2, ["团队"], lambda prompt, most: rows)
    assert heard == [[], rows[1]]


def test_a_long_list_is_cut_between_words(of_language: dict[Language, Tokenizer]) -> None:
    tokenizer = of_language["zh"]
    prompt = keyword_prompt(tokenizer, [f"关键词{number}" for number in range(100)])
    text = tokenizer.decode([token for token in prompt if token < tokenizer.eot])
    assert text.startswith("面试关键词：关键词0、关键词1、") and text.endswith("。")
    assert MOST_TOKENS / 2 < len(prompt) <= MOST_TOKENS + 8
    words = text.removeprefix("面试关键词：").removesuffix("。").split("、")
    assert words == [f"关键词{number}" for number in range(len(words))]
