"""Fillers are taken from a second decoding, and nothing else is."""

from pathlib import Path

import numpy as np
import pytest
import tokenizers
from faster_whisper.tokenizer import Tokenizer

from models.speech.contract import SAMPLE_RATE, Segment
from models.speech.filler_pass import longest_verbatim, recover_fillers, verbatim_prompt, with_fillers
from models.speech.transcript import Language
from models.speech.whisper_decoding import language_tokenizers

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def of_language(models_dir: Path) -> dict[Language, Tokenizer]:
    return language_tokenizers(tokenizers.Tokenizer.from_file(str(models_dir / "whisper-base" / "tokenizer.json")))


@pytest.mark.parametrize(
    ("language", "spoken", "verbatim", "expected"),
    [
        ("en", " So I left. It was late.", " Um, so I left. Uh, it was late.", " Um, So I left. Uh, It was late."),
        ("en", " That was the end", " That was the end, uh", " That was the end uh"),
        ("en", " They were late again", " Um, there, uh, very late, um, again", " Um, They were late um, again"),
        # Words of the second decoding, its loops and repetitions stay out.
        ("en", " Montreal for Steleiner.", " Montreal, uh, Forrest Aligner.", " Montreal uh, for Steleiner."),
        ("en", " I went home early.", " I went home, um, and, um, and, um, and", " I went home um, early."),
        ("en", " One two three.", " Uh, uh, uh, uh, uh, uh", " One two three."),
        ("en", " I'm here.", " Um, here.", " I'm here."),
        # The tail of a word, and words that hold the sound.
        ("en", " An umbrella.", " An err-umm-brella, hummed.", " An umbrella."),
        ("en", " Um, I see.", " Um, I see.", " Um, I see."),
        ("zh", "我覺得很好。", "嗯，我觉得，呃，很好。", "嗯，我覺得呃，很好。"),
        ("zh", "那個項目很好", "那个项目很好。", "那個項目很好"),
        ("zh", "他额外加了钱", "他额外加了钱嗯", "他额外加了钱嗯"),
    ],
)
def test_merged(
    of_language: dict[Language, Tokenizer], language: Language, spoken: str, verbatim: str, expected: str
) -> None:
    tokenizer = of_language[language]
    merged = with_fillers(tokenizer, tokenizer.encode(spoken), tokenizer.encode(verbatim))
    assert tokenizer.decode(merged) == expected


@pytest.mark.parametrize("text", [" Well - it's 5%, isn't it?", " a...b", ""])
def test_without_fillers_every_token_stays(of_language: dict[Language, Tokenizer], text: str) -> None:
    tokens = of_language["en"].encode(text)
    assert with_fillers(of_language["en"], tokens, of_language["en"].encode(" Something else")) == tokens


def test_nothing_is_added_where_nothing_was_heard(of_language: dict[Language, Tokenizer]) -> None:
    tokenizer = of_language["en"]
    segments = [segment(1.0), segment(2.0)]
    asked = []

    def decode(rows: list[int], prompts: list[list[int]], most: int) -> list[list[int]]:
        asked.append((rows, prompts, most))
        return [tokenizer.encode(" Um, yes.")]

    spoken = [[], tokenizer.encode(" Yes.")]
    assert [tokenizer.decode(row) for row in recover_fillers(tokenizer, spoken, segments, decode)] == ["", " Um, Yes."]
    assert asked == [([1], [verbatim_prompt(tokenizer)], longest_verbatim(spoken[1:], segments[1:]))]
    assert recover_fillers(tokenizer, [[], []], segments, decode) == [[], []]
    assert len(asked) == 1


def test_the_prompt_is_a_text_before_this_one(of_language: dict[Language, Tokenizer]) -> None:
    for tokenizer in of_language.values():
        prompt = verbatim_prompt(tokenizer)
        assert prompt[0] == tokenizer.sot_prev
        assert prompt[-4:] == [*tokenizer.sot_sequence, tokenizer.no_timestamps]


def segment(seconds: float) -> Segment:
    return Segment(audio=np.zeros(int(seconds * SAMPLE_RATE), np.float32), start=0.0, language="en")
