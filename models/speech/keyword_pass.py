"""Words of the interview that a Whisper engine mishears, heard by telling it which may come.

Behind a list of words Whisper writes them where it would have written others that sound alike, but it also hears the
rest less well, above all where none of them was said. So there are two decodings, and the second counts only where it
has one of the words that the first has not.
"""

from collections.abc import Sequence

from faster_whisper.tokenizer import Tokenizer

from models.speech.contract import Segment
from models.speech.filler_pass import DecodeBehind, longest_verbatim
from models.speech.guard import Hypothesis, is_repetitive
from models.speech.simplified import simplified
from models.speech.transcript import Language

# How the list begins, is divided, and ends. With these words before it, it helps more than bare.
LISTS: dict[Language, tuple[str, str, str]] = {
    "zh": ("面试关键词：", "、", "。"),
    "en": (" Interview keywords: ", ", ", "."),
}
# Whisper has 448 positions for what came before and what is said now; longer lists are cut, the first words being kept.
MOST_TOKENS = 120


def hear_keywords(
    tokenizer: Tokenizer,
    spoken: Sequence[list[int]],
    segments: Sequence[Segment],
    keywords: Sequence[str],
    decode: DecodeBehind,
) -> list[list[int]]:
    """The text tokens of each segment, from a decoding behind `keywords` where that has one more of them.

    `spoken` are the tokens of the first decoding, after the guards. Where nothing was heard nothing is added.
    """
    keywords = [keyword for keyword in keywords if any(map(str.isalnum, keyword))]
    if not keywords or not any(spoken):
        return list(spoken)
    biased = decode(keyword_prompt(tokenizer, keywords), longest_verbatim(spoken, segments))
    return [
        list(second) if first and _has_more(tokenizer, first, second, keywords) else first
        for first, second in zip(spoken, biased, strict=True)
    ]


def keyword_prompt(tokenizer: Tokenizer, keywords: Sequence[str]) -> list[int]:
    """The tokens that the decoder starts from: the list, as if it had come before."""
    start, between, end = LISTS["zh" if tokenizer.language_code == "zh" else "en"]
    listed: list[int] = tokenizer.encode(start + keywords[0])
    for keyword in keywords[1:]:
        longer = tokenizer.encode(between + keyword)
        if len(listed) + len(longer) > MOST_TOKENS:
            break
        listed += longer
    closing: list[int] = tokenizer.encode(end)
    return [tokenizer.sot_prev, *listed[:MOST_TOKENS], *closing, *tokenizer.sot_sequence, tokenizer.no_timestamps]


def _has_more(tokenizer: Tokenizer, first: Sequence[int], second: Sequence[int], keywords: Sequence[str]) -> bool:
    before, after = tokenizer.decode([*first]), tokenizer.decode([*second])
    if is_repetitive(Hypothesis([*second], after.strip(), 0.0, 0.0)):
        return False
    plain, biased = _plain(tokenizer, before), _plain(tokenizer, after)
    return any(biased.count(word) > plain.count(word) for word in (_plain(tokenizer, word) for word in keywords))


def _plain(tokenizer: Tokenizer, text: str) -> str:
    """Lower case and Simplified, without marks: 字 without spaces, words of English between single ones."""
    letters = "".join(character if character.isalnum() else " " for character in simplified(text.lower()))
    return "".join(letters.split()) if tokenizer.language_code == "zh" else f" {' '.join(letters.split())} "
