"""Words of the interview that a Whisper engine mishears, heard by telling it which may come.

Behind a list of words Whisper writes them where it would have written others that sound alike, but it also hears the
rest less well, above all where none of them was said, and writes it like a list. So there are two decodings: the
words stay those of the first, and of the second only the keywords are taken that the first has not.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from faster_whisper.tokenizer import Tokenizer

from models.language.terms import CJK
from models.speech.contract import Segment
from models.speech.filler_pass import DecodeRows, Piece, is_loop, longest_verbatim, pieces
from models.speech.simplified import simplified
from models.speech.transcript import Language

# How the list begins, is divided, and ends. With these words before it, it helps more than bare.
LISTS: dict[Language, tuple[str, str, str]] = {
    "zh": ("面试关键词：", "、", "。"),
    "en": (" Interview keywords: ", ", ", "."),
}
# Whisper has 448 positions for what came before and what is said now. A longer list is cut, its first words being kept;
# a shorter one is said again until it is as long, so that segments with different lists are decoded together: engines
# want one length. Measured, this makes 13.4 of 13.3 % CER (AISHELL-1) and the second decoding 3 to 12 % longer.
# Greedy and with two beams, keywords were written that nobody had said; with five, one in 41 recordings.
LIST_TOKENS = 120

# What texts are compared by: each 字, and each run of other letters and digits ("k8s", "c++").
_UNIT = re.compile(rf"[{CJK}]|(?:(?![{CJK}])[^\W_])+[+#]*")


@dataclass(frozen=True)
class _Unit:
    """A 字 or a word, and the first and the last of the pieces that it stands in."""

    text: str
    first: int
    last: int


def hear_keywords(
    tokenizer: Tokenizer, spoken: Sequence[list[int]], segments: Sequence[Segment], decode: DecodeRows
) -> list[list[int]]:
    """The text tokens of each segment, with those of its `keywords` that only a decoding behind them has.

    `spoken` are the tokens of the first decoding, after the guards. Where nothing was heard, and to drafts, nothing is
    added.
    """
    heard = list(spoken)
    rows = [row for row, segment in enumerate(segments) if segment.keywords and spoken[row] and not segment.is_draft]
    if not rows:
        return heard
    prompts = [keyword_prompt(tokenizer, segments[row].keywords) for row in rows]
    most = longest_verbatim([spoken[row] for row in rows], [segments[row] for row in rows])
    for row, second in zip(rows, decode(rows, prompts, most), strict=True):
        if not is_loop(tokenizer, second):
            heard[row] = with_keywords(tokenizer, spoken[row], second, segments[row].keywords)
    return heard


def keyword_prompt(tokenizer: Tokenizer, keywords: Sequence[str]) -> list[int]:
    """The tokens that the decoder starts from: LIST_TOKENS of the list, as if it had come before."""
    start, between, end = LISTS[_language(tokenizer)]
    closing = _text_tokens(tokenizer, end)
    listed = _text_tokens(tokenizer, start + keywords[0])
    for keyword in keywords[1:]:
        longer = _text_tokens(tokenizer, between + keyword)
        if len(listed) + len(longer) + len(closing) > LIST_TOKENS:
            break
        listed += longer
    again = [*listed, *closing] * (LIST_TOKENS // len(listed) + 1)
    return [tokenizer.sot_prev, *again[-LIST_TOKENS:], *tokenizer.sot_sequence, tokenizer.no_timestamps]


def with_keywords(
    tokenizer: Tokenizer, spoken: Sequence[int], biased: Sequence[int], keywords: Sequence[str]
) -> list[int]:
    """`spoken`, where `biased` has more of a keyword with what it has in that place; all else stays as it is."""
    first, second = pieces(tokenizer, spoken), pieces(tokenizer, biased)
    wanted = list(_more(tokenizer, first, second, keywords))
    if not wanted:
        return list(spoken)
    merged = []
    for change, begin, end, second_begin, second_end in _changes(first, second):
        # What the second leaves out counts where it lies between two of its pieces.
        taken = change != "equal" and any(start < second_end and second_begin <= last for start, last in wanted)
        merged += second[second_begin:second_end] if taken else first[begin:end]
    return [token for piece in merged for token in piece.tokens]


def _changes(first: Sequence[Piece], second: Sequence[Piece]) -> Iterator[tuple[str, int, int, int, int]]:
    """`SequenceMatcher`'s opcodes, in which as many pieces as stand for others do so one by one."""
    alike = SequenceMatcher(None, [piece.key for piece in first], [piece.key for piece in second], autojunk=False)
    for change, begin, end, second_begin, second_end in alike.get_opcodes():
        if change == "replace" and end - begin == second_end - second_begin:
            for at in range(end - begin):
                yield change, begin + at, begin + at + 1, second_begin + at, second_begin + at + 1
        else:
            yield change, begin, end, second_begin, second_end


def _more(
    tokenizer: Tokenizer, first: Sequence[Piece], second: Sequence[Piece], keywords: Sequence[str]
) -> Iterator[tuple[int, int]]:
    """Where keywords stand in the second, first and last piece, of which it has more than the first."""
    before, after = _units(tokenizer, first), _units(tokenizer, second)
    for keyword in keywords:
        wanted = _UNIT.findall(simplified(keyword.lower()))
        places = _places(after, wanted)
        if len(places) > len(_places(before, wanted)):
            yield from ((after[place].first, after[place + len(wanted) - 1].last) for place in places)


def _places(units: Sequence[_Unit], wanted: Sequence[str]) -> list[int]:
    texts = [unit.text for unit in units]
    ends = range(len(wanted), len(texts) + 1) if wanted else ()
    return [end - len(wanted) for end in ends if texts[end - len(wanted) : end] == wanted]


def _units(tokenizer: Tokenizer, pieces: Sequence[Piece]) -> list[_Unit]:
    letters = [simplified(tokenizer.decode(piece.tokens).lower()) for piece in pieces]
    # A word may go over several pieces: the piece of each letter tells where it begins and ends.
    owners = [number for number, text in enumerate(letters) for _ in text]
    return [
        _Unit(found.group(), owners[found.start()], owners[found.end() - 1])
        for found in _UNIT.finditer("".join(letters))
    ]


def _text_tokens(tokenizer: Tokenizer, text: str) -> list[int]:
    """The tokens of a text, whose "<|endoftext|>" and the like count for nothing."""
    return [token for token in tokenizer.encode(text) if token < tokenizer.eot]


def _language(tokenizer: Tokenizer) -> Language:
    return "zh" if tokenizer.language_code == "zh" else "en"
