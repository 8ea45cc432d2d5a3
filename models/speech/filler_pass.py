"""Fillers that a Whisper engine leaves out, recovered by asking it once more for every sound.

Whisper learned from subtitles, which leave out um and uh. Behind a text that has them it writes them, but then it also
loops more easily and hears words less well. So the words stay those of the first decoding, and of the second only the
fillers are taken, each into the place where both agree about the words around it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile

from faster_whisper.tokenizer import Tokenizer

from models.speech.contract import Segment
from models.speech.guard import Hypothesis, is_repetitive
from models.speech.simplified import simplified
from models.speech.transcript import Language

# What Whisper is told was said just before: the best of three that were tried on unscripted English.
PRECEDING: dict[Language, str] = {"en": " Um, uh, hmm.", "zh": "嗯，呃，那个，就是，嗯。"}
# Only sounds that are no words: what may be a word is the first decoding's to hear.
SOUNDS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"u+h+m*|u+m+|e+r+m*|a+h+m+|h+m+|m+h*m+"),
    "zh": re.compile(r"[嗯呃唔]+"),
}
# The second decoding may be this much longer than the first: bounds the time a loop can take.
LONGER, FILLERS_PER_SECOND, AT_LEAST = 1.5, 2.0, 8

# Decodes some rows of the batch, each behind its own prompt, all of one length, with at most so many new tokens: the
# text tokens of each of these rows.
DecodeRows = Callable[[list[int], list[list[int]], int], Sequence[Sequence[int]]]


@dataclass(frozen=True)
class Piece:
    """A word with the marks behind it: its tokens, and what is compared of it (lower case, Simplified, no marks)."""

    tokens: list[int]
    key: str
    filler: bool


def recover_fillers(
    tokenizer: Tokenizer, spoken: Sequence[list[int]], segments: Sequence[Segment], decode: DecodeRows
) -> list[list[int]]:
    """The text tokens of each segment with its fillers; `spoken` are those of the first decoding, after the guards.

    To be aligned with the sound afterwards: that gives the fillers their times, and the words around them theirs.
    Where nothing was heard, and to drafts, nothing is added.
    """
    recovered = list(spoken)
    rows = [row for row, segment in enumerate(segments) if spoken[row] and not segment.is_draft]
    if not rows:
        return recovered
    most = longest_verbatim([spoken[row] for row in rows], [segments[row] for row in rows])
    for row, second in zip(rows, decode(rows, [verbatim_prompt(tokenizer)] * len(rows), most), strict=True):
        if not is_loop(tokenizer, second):
            recovered[row] = with_fillers(tokenizer, spoken[row], second)
    return recovered


def is_loop(tokenizer: Tokenizer, tokens: Sequence[int]) -> bool:
    """Whether the decoder repeats itself."""
    return is_repetitive(Hypothesis([*tokens], tokenizer.decode([*tokens]).strip(), 0.0, 0.0))


def verbatim_prompt(tokenizer: Tokenizer) -> list[int]:
    """The tokens that the decoder starts from: a text full of fillers, as if it had come before."""
    preceding: list[int] = tokenizer.encode(PRECEDING[_language(tokenizer)])
    return [tokenizer.sot_prev, *preceding, *tokenizer.sot_sequence, tokenizer.no_timestamps]


def longest_verbatim(spoken: Sequence[list[int]], segments: Sequence[Segment]) -> int:
    """The most new tokens that a second decoding of the batch may take."""
    return max(
        AT_LEAST + int(LONGER * len(tokens) + FILLERS_PER_SECOND * segment.seconds)
        for tokens, segment in zip(spoken, segments, strict=True)
    )


def with_fillers(tokenizer: Tokenizer, spoken: Sequence[int], verbatim: Sequence[int]) -> list[int]:
    """`spoken` with the fillers that only `verbatim` has; every other token stays as it is.

    A filler of which `spoken` makes a word ("I'm" for "um") stays that word.
    """
    first, second = pieces(tokenizer, spoken), pieces(tokenizer, verbatim)
    alike = SequenceMatcher(None, [piece.key for piece in first], [piece.key for piece in second], autojunk=False)
    merged: list[Piece] = []
    for change, begin, end, second_begin, second_end in alike.get_opcodes():
        words, said = first[begin:end], second[second_begin:second_end]
        before = list(takewhile(_is_filler, said))
        if len(before) == len(said):
            merged += [*said, *words] if change == "insert" else words
            continue
        # At the end a loop would have nothing to stop it.
        after = list(takewhile(_is_filler, reversed(said))) if end < len(first) else []
        merged += words if change == "equal" else [*before, *words, *reversed(after)]
    return [token for piece in merged for token in piece.tokens]


def _is_filler(piece: Piece) -> bool:
    return piece.filler


def pieces(tokenizer: Tokenizer, tokens: Sequence[int]) -> list[Piece]:
    """What a decoding is made of, for comparing it with another: all its tokens, in order."""
    language = _language(tokenizer)
    texts, groups = tokenizer.split_to_word_tokens([*tokens, tokenizer.eot])
    found: list[Piece] = []
    for text, group in zip(texts[:-1], groups[:-1], strict=True):
        key = re.sub(r"[\W_]", "", simplified(text.lower()))
        if found and (not key or text.startswith("-")):
            # A word that is cut up ("err-or", "align-er") is one.
            last = found[-1]
            found[-1] = Piece([*last.tokens, *group], last.key + key, last.filler and not text.startswith("-"))
            continue
        found.append(Piece([*group], key, SOUNDS[language].fullmatch(key) is not None))
    return found


def _language(tokenizer: Tokenizer) -> Language:
    return "zh" if tokenizer.language_code == "zh" else "en"
