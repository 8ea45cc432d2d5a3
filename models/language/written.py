"""A written answer as scoring reads it: its words by their place, and its sentences as they were written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from models.language.sentences import SCRAP_WORDS, Sentence, split_sentences
from models.language.terms import CJK, count_words
from models.speech.transcript import Language, Transcript, Word

# A Chinese character with the marks that follow it, or whatever else stands between spaces.
_WORD = re.compile(rf"[{CJK}][^\w\s]*|[^\s{CJK}]+")
_ENDING = re.compile(r"[.!?。！？…]\W*$")
# Sentences are looked for in stretches of this many words: a text without any mark would take very long as a whole.
_STRETCH = 100


@dataclass(frozen=True)
class Written:
    """A text of at least one word. Word n stands from "second" n to n + 0.5, for there are no times.

    `sentences` quote the text verbatim; one too short to say anything is part of the one before it.
    """

    transcript: Transcript
    sentences: list[Sentence]

    @classmethod
    def of(cls, text: str, language: Language) -> "Written":
        places: list[tuple[int, int]] = []
        words: list[Word] = []
        for line in re.finditer(r"[^\n]+", text):
            for found in _WORD.finditer(line.group()):
                places.append((line.start() + found.start(), line.start() + found.end()))
                words.append(_word(found.group(), len(words)))
            # A line that ends is a thought that ends, also where no mark says so.
            if words and not _ENDING.search(words[-1].text):
                words[-1] = words[-1].model_copy(update={"text": words[-1].text + ("。" if language == "zh" else ".")})
        sentences = [
            Sentence(text[places[first][0] : places[last][1]], float(first), last + 0.5, 1.0)
            for first, last in _joined(words, language)
        ]
        return cls(_transcript(words, language), sentences)


def _word(text: str, number: int) -> Word:
    return Word(text=text, start=float(number), end=number + 0.5, confidence=1.0)


def _transcript(words: list[Word], language: Language) -> Transcript:
    # What is written is known for certain.
    return Transcript(language=language, words=tuple(words), confidence=1.0 if words else 0.0, recognizer="written")


def _stretches(words: list[Word]) -> Iterator[list[Word]]:
    """At most 100 words each, and cut where a sentence ends as far as there is an end."""
    start = 0
    while start < len(words):
        end = min(start + _STRETCH, len(words))
        if end < len(words):
            ends = (at for at in range(end, start, -1) if _ENDING.search(words[at - 1].text))
            end = next(ends, end)
        yield words[start:end]
        start = end


def _joined(words: list[Word], language: Language) -> list[tuple[int, int]]:
    """The numbers of the first and the last word of each sentence."""
    spans: list[tuple[int, int]] = []
    for stretch in _stretches(words):
        for sentence in split_sentences(_transcript(stretch, language)):
            first, last = int(sentence.start), int(sentence.end)
            if spans and count_words(sentence.text) < SCRAP_WORDS:
                spans[-1] = (spans[-1][0], last)
            else:
                spans.append((first, last))
    return spans
