"""A sentence in the phonemes of Kokoro: Chinese characters and English words, each by its own rules, and the pauses."""

import re

from models.voice.english import English
from models.voice.mandarin import mandarin_phonemes

# Punctuation that Kokoro knows; all else between words is a space.
_MARKS = ';:,.!?—…"()“”'
_HAN = r"[\u3400-\u9fff]+"
_PART = re.compile(rf"(?P<han>{_HAN})|(?P<mark>[{re.escape(_MARKS)}])|(?P<words>(?:(?!{_HAN})[^{re.escape(_MARKS)}])+)")
# A point or a comma within a word or a number is none of a sentence.
_INNER = re.compile(r"(?<=\w)[.,:](?=[a-zA-Z0-9])")


def sentence_phonemes(sentence: str, english: English) -> str:
    """How a sentence is said, as Kokoro's letters. Raises EspeakLost."""
    parts = [match for match in _PART.finditer(_INNER.sub(" ", sentence)) if match.group().strip()]
    words = iter(english.phonemes([part.group().strip() for part in parts if part.lastgroup == "words"]))
    said = ""
    for part in parts:
        if part.lastgroup == "mark":
            opens = part.group() in "(“"
            said = said.rstrip() + (" " if opens else "") + part.group() + ("" if opens else " ")
        else:
            spoken = mandarin_phonemes(part.group()) if part.lastgroup == "han" else next(words)
            said += ("" if said.endswith(("(", "“", " ")) or not said else " ") + spoken
    return said.strip()


def pieces(phonemes: str, longest: int) -> list[str]:
    """Phonemes in pieces of at most `longest` letters, cut behind a comma or the like where one is, else at a space."""
    rest, cut = phonemes.strip(), []
    while len(rest) > longest:
        window = rest[: longest + 1]
        marks = [match.end() for match in re.finditer(r"[;:,.!?—…] ", window)]
        # A scrap at the start would sound chopped off.
        at = marks[-1] if marks and marks[-1] > longest // 4 else window.rfind(" ")
        at = at if at > 0 else longest
        cut.append(rest[:at].strip())
        rest = rest[at:].strip()
    return [piece for piece in [*cut, rest] if piece]
