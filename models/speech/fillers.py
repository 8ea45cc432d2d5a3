"""Filled pauses and filler words in a transcript."""

import re
from collections.abc import Iterator

from models.speech.transcript import Language, Transcript, join_words

# Hesitation sounds are fillers wherever they stand (Clark and Fox Tree, "Using uh and um in spontaneous speaking",
# Cognition 84, 2002), unless they are the tail of a word ("align...er", "know 'er"), and so are the Chinese ones; 额
# also begins words such as 额头, 额外, 额度.
HESITATIONS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"(?<![\w.'’-])(?:u+h+m*|u+m+|e+r+m*|a+h+m+|h+m+|m+h*m+)\b"),
    "zh": re.compile(r"[嗯呃唔]+|额+(?![头外度])"),
}
# These are ordinary words as well. They are counted only between pauses or commas, or said twice over:
# "那个，我" and "那个那个" are fillers, "那个项目" is not; ", you know," is one, "you know him" is not. Engines often
# write 恩 for 嗯.
WORDS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"\b(?:you know|i mean|like)\b"),
    "zh": re.compile(r"那个|这个|就是说|就是|然后|怎么说呢|恩"),
}
BOUNDARY_PAUSE_S = 0.25
MARKS = ",.，。、…?？!！;；—"


def find_fillers(transcript: Transcript) -> Iterator[tuple[str, float, float, float]]:
    """Yield (the filler, its start and end in seconds, its confidence) in time order.

    Finds what the recogniser wrote down. Engines trained on tidy text leave out many an um and uh, and even where they
    are recovered (`models/speech/filler_pass.py`) some stay unheard, so the count is a lower bound.
    """
    text, owners = _text(transcript)
    for first, end in _spans(transcript, text, owners):
        said = transcript.words[owners[first] : owners[end - 1] + 1]
        yield text[first:end], said[0].start, said[-1].end, min(word.confidence for word in said)


def filler_spans(transcript: Transcript) -> tuple[str, list[tuple[int, int]]]:
    """The running text in lower case, and where in it the fillers stand: (first, end) characters in order."""
    text, owners = _text(transcript)
    return text, _spans(transcript, text, owners)


def _spans(transcript: Transcript, text: str, owners: list[int]) -> list[tuple[int, int]]:
    hesitations = [match.span() for match in HESITATIONS[transcript.language].finditer(text)]
    words = [
        match.span()
        for match in WORDS[transcript.language].finditer(text)
        if _said_again(text, match) or _stands_alone(text, owners, transcript, match)
    ]
    return sorted(hesitations + words)


def _text(transcript: Transcript) -> tuple[str, list[int]]:
    """The running text in lower case, and for each of its characters the index of the word it belongs to."""
    text, owners = "", list[int]()
    for index, word in enumerate(transcript.words):
        text = join_words([text, word.text.lower()]) if text else word.text.lower()
        owners += [index] * (len(text) - len(owners))
    return text, owners


def _said_again(text: str, match: re.Match[str]) -> bool:
    return text[match.end() :].lstrip(MARKS + " ").startswith(match.group())


def _stands_alone(text: str, owners: list[int], transcript: Transcript, match: re.Match[str]) -> bool:
    before, after = text[: match.start()].rstrip(), text[match.end() :].lstrip()
    first, last = owners[match.start()], owners[match.end() - 1]
    words = transcript.words
    opened = not before or before[-1] in MARKS or _pause(transcript, first - 1)
    closed = after[:1] in MARKS if after else False
    return opened and (closed or (last + 1 < len(words) and _pause(transcript, last)))


def _pause(transcript: Transcript, index: int) -> bool:
    """Whether the word at `index` is followed by a pause."""
    return transcript.words[index + 1].start - transcript.words[index].end >= BOUNDARY_PAUSE_S
