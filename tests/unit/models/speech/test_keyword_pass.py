"""Of a decoding behind keywords, those count that the first has not, and nothing else."""

from pathlib import Path

import numpy as np
import pytest
import tokenizers
from faster_whisper.tokenizer import Tokenizer

from models.speech.contract import SAMPLE_RATE, Segment
from models.speech.keyword_pass import LIST_TOKENS, hear_keywords, keyword_prompt, with_keywords
from models.speech.transcript import Language
from models.speech.whisper_decoding import language_tokenizers

pytestmark = pytest.mark.unit
SOUND = np.zeros(SAMPLE_RATE, np.float32)


def listening(*keywords: str, is_draft: bool = False) -> Segment:
    return Segment(SOUND, 0.0, keywords=keywords, is_draft=is_draft)


@pytest.fixture(scope="module")
def of_language(models_dir: Path) -> dict[Language, Tokenizer]:
    return language_tokenizers(tokenizers.Tokenizer.from_file(str(models_dir / "whisper-base" / "tokenizer.json")))


@pytest.mark.parametrize(
    ("language", "keywords", "spoken", "biased", "expected"),
    [
        ("zh", ["主教练"], "其中郎平主教脸最为辛苦", "其中狼凭主教练最为幸福", "其中郎平主教练最为辛苦"),
        ("zh", ["主教練"], "主教脸最为辛苦", "主教练最为辛苦", "主教练最为辛苦"),
        ("zh", ["团队合作"], "团对合做得很好", "团队合作得恨好", "团队合作得很好"),
        ("zh", ["Python"], "我用派森写", "我用python泻", "我用python写"),
        ("zh", ["主教练"], "主教練最为辛苦", "主教练最为幸福", "主教練最为辛苦"),
        ("zh", ["c"], "我用多克写", "我用docker写", "我用多克写"),
        (
            "en",
            ["Kubernetes"],
            " I use the cooper nettys as a tool",
            " I used the Kubernetes as my tool",
            " I use the Kubernetes as a tool",
        ),
        ("en", ["C++"], " I write see plus plus.", " I write C++", " I write C++"),
        ("en", ["SQL"], " The sequel", " The SQLite", " The sequel"),
        ("en", ["team"], " We met.", " We meet.", " We met."),
        ("en", ["，"], " We met.", " We meet，", " We met."),
        # Where the two differ in length, what stands beside a keyword comes with it; what is left out within it goes.
        ("en", ["Kubernetes"], " Use cooper nettys, too", " Used Kubernetes, to", " Used Kubernetes, to"),
        ("en", ["data base"], " The data and base is big", " A data base was big", " The data base is big"),
    ],
)
def test_taken(
    of_language: dict[Language, Tokenizer],
    language: Language,
    keywords: list[str],
    spoken: str,
    biased: str,
    expected: str,
) -> None:
    tokenizer = of_language[language]
    heard = with_keywords(tokenizer, tokenizer.encode(spoken), tokenizer.encode(biased), keywords)
    assert tokenizer.decode(heard) == expected


def test_only_what_is_final_and_has_keywords_and_words_is_decoded_again(of_language: dict[Language, Tokenizer]) -> None:
    tokenizer = of_language["zh"]
    first, second = tokenizer.encode("团对"), tokenizer.encode("团队")
    segments = [listening("团队"), listening(), listening("团队", is_draft=True), listening("团队"), listening("队长")]
    asked = []

    def decode(rows: list[int], prompts: list[list[int]], most: int) -> list[list[int]]:
        asked.append((rows, prompts))
        return [second] * len(rows)

    heard = hear_keywords(tokenizer, [[], first, first, first, first], segments, decode)
    assert heard == [[], first, first, second, first]
    assert asked == [([3, 4], [keyword_prompt(tokenizer, [word]) for word in ("团队", "队长")])]
    assert hear_keywords(tokenizer, [first], [listening()], decode) == [first]
    assert len(asked) == 1


def test_of_a_loop_nothing_is_taken(of_language: dict[Language, Tokenizer]) -> None:
    tokenizer = of_language["zh"]
    first, loop = tokenizer.encode("我很好"), tokenizer.encode("团队" * 20)
    assert hear_keywords(tokenizer, [first], [listening("团队")], lambda *_: [loop]) == [first]


@pytest.mark.parametrize("count", [1, 7, 100])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_list_is_as_long(of_language: dict[Language, Tokenizer], language: Language, count: int) -> None:
    """A long one is cut between words, a short one said again."""
    tokenizer, word = of_language[language], {"zh": "关键词", "en": "keyword"}[language]
    prompt = keyword_prompt(tokenizer, [f"{word}{number}" for number in range(count)])
    start = [*tokenizer.sot_sequence, tokenizer.no_timestamps]
    assert (prompt[0], prompt[-len(start) :]) == (tokenizer.sot_prev, start)
    assert len(prompt) == LIST_TOKENS + 1 + len(start)
    text = tokenizer.decode([token for token in prompt if token < tokenizer.eot])
    assert text.endswith({"zh": "。", "en": "."}[language])
    last = text.replace(",", "、").rstrip("。.").split("、")[-1].split()[-1]
    assert last.endswith(str(count - 1)) if count < 100 else f"{word}14" in text


def test_a_keyword_is_text_whatever_it_says(of_language: dict[Language, Tokenizer]) -> None:
    tokenizer = of_language["en"]
    prompt = keyword_prompt(tokenizer, ["<|endoftext|>", "<|startoftranscript|>SQL", "\n"])
    assert len(prompt) == LIST_TOKENS + 1 + len(tokenizer.sot_sequence) + 1
    assert all(token < tokenizer.eot for token in prompt[1 : LIST_TOKENS + 1])
