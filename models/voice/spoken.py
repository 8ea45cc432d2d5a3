"""A text as it is read aloud: numbers, dates and signs as words; sentence by sentence."""

import re
import unicodedata
from functools import cache

import sentencex
from wetext import Normalizer

from models.speech.transcript import Language

# What the normalisers read wrongly, or stumble over.
_READINGS: tuple[tuple[str, str, Language | None], ...] = (
    (r"(?<!\w)24/7(?!\w)", "twenty-four seven", "en"),
    (r"(?<!\w)([CF])#", r"\1 sharp", None),
    (r"(?<!\w)\.NET\b", "dot net", None),
    (r"(?<=\d),(?=\d{3}(?!\d))", "", None),
    (r"(?<=[A-Za-z])\+\+", " plus plus", None),
    (r"#(?=\d)", "number ", "en"),
    (r"(?<=\d)\+", "多", "zh"),
)
_TYPED = str.maketrans("‘’–−", "''—-")
_MARKS = str.maketrans(
    {
        "，": ", ", "、": ", ", "。": ". ", "．": ". ", "！": "! ", "？": "? ", "：": ": ", "；": "; ",
        "（": " (", "）": ") ", "「": " “", "」": "” ", "《": " “", "》": "” ",
        "【": " “", "】": "” ", "『": " “", "』": "” ",
        "–": "—", "|": ", ", "[": "(", "]": ")",
    }
)  # fmt: skip
# What pauses, and the signs that are read as words; any other sign is silent.
_KEPT = frozenset(";:,.!?—…\"()“”'-&+%@=")


def sentences(text: str, language: Language) -> list[str]:
    """The sentences of a text as they are read aloud, with plain punctuation; empty where there is nothing to read."""
    text = unicodedata.normalize("NFC", text).translate(_TYPED)
    for pattern, reading, where in _READINGS:
        if where in (None, language):
            text = re.sub(pattern, reading, text)
    lines = [line for line in text.splitlines() if line.strip()]
    found = [sentence for line in lines for sentence in sentencex.segment(language, line)]
    read = (_read(sentence, language) for sentence in found if sentence.strip())
    return [sentence for sentence in read if any(character.isalnum() for character in sentence)]


def _read(sentence: str, language: Language) -> str:
    if language == "zh":
        sentence = _normal(sentence, "zh")
    else:
        # The English normaliser fails on letters that it does not know.
        sentence = re.sub(r"[ -~]+", lambda match: _normal(match.group(), "en"), sentence)
    marked = sentence.translate(_MARKS)
    return " ".join("".join(each if each.isalnum() or each in _KEPT else " " for each in marked).split())


def _normal(stretch: str, language: Language) -> str:
    spaced = stretch.strip()
    if not any(character.isdigit() or character in "$%&@" for character in spaced):
        return stretch
    try:
        normal = str(_normaliser(language).normalize(spaced))
    except AssertionError:
        # It cannot take every sign; eSpeak NG reads numbers as well, if with less sense of what they count.
        return stretch
    return f" {normal} " if language == "en" else normal


@cache
def _normaliser(language: Language) -> Normalizer:
    return Normalizer(lang=language, operator="tn", full_to_half=False)
