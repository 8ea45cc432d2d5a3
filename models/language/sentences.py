"""Sentences of a transcript, with their times."""

from dataclasses import dataclass

import sentencex

from models.language.running import RunningText
from models.language.terms import count_words
from models.speech.transcript import Transcript, Word, join_words

# Speakers pause about 0.5 to 1 s between sentences and less within them (Goldman-Eisler 1968); a longer silence
# parts an unpunctuated stretch, unless it would leave a scrap of hesitation on either side.
PAUSE_S = 1.0
SCRAP_WORDS = 4
# Longer than this a "sentence" is missing punctuation, and its embedding would blur several thoughts. Words, or 字.
LONGEST = {"en": 40, "zh": 60}


@dataclass(frozen=True)
class Sentence:
    """A sentence as said; `start` and `end` are seconds from the start of the take."""

    text: str
    start: float
    end: float
    confidence: float


def split_sentences(transcript: Transcript) -> list[Sentence]:
    """Split a transcript at its punctuation, at long pauses where it has none, and where a sentence is too long."""
    running = RunningText.of(transcript)
    longest = LONGEST[transcript.language]
    sentences: list[Sentence] = []
    for words in _by_punctuation(running, transcript.language):
        for stretch in _by_pause(words):
            sentences += [_sentence(part) for part in _by_length(stretch, longest)]
    return sentences


def _by_punctuation(running: RunningText, language: str) -> list[list[Word]]:
    groups: list[list[Word]] = []
    ends = [int(boundary["end_index"]) for boundary in sentencex.get_sentence_boundaries(language, running.text)]
    sentence = 0
    opened = -1
    for word, start in zip(running.words, running.starts, strict=True):
        while sentence < len(ends) - 1 and start >= ends[sentence]:
            sentence += 1
        if opened != sentence:
            groups.append([])
            opened = sentence
        groups[-1].append(word)
    return groups


def _by_pause(words: list[Word]) -> list[list[Word]]:
    for i in range(1, len(words)):
        if words[i].start - words[i - 1].end < PAUSE_S:
            continue
        before, after = words[:i], words[i:]
        if min(_count(before), _count(after)) >= SCRAP_WORDS:
            return [before, *_by_pause(after)]
    return [words]


def _by_length(words: list[Word], longest: int) -> list[list[Word]]:
    if _count(words) <= longest or len(words) < 2:
        return [words]
    # Cut at a comma if there is one, else at the longest pause; of equals, nearest the middle.
    middle = len(words) / 2
    cut = max(
        range(1, len(words)),
        key=lambda i: (
            min(_count(words[:i]), _count(words[i:])) >= SCRAP_WORDS,
            words[i - 1].text[-1] in ",;:，；：、",
            round(words[i].start - words[i - 1].end, 1),
            -abs(i - middle),
        ),
    )
    return _by_length(words[:cut], longest) + _by_length(words[cut:], longest)


def _sentence(words: list[Word]) -> Sentence:
    confidence = sum(word.confidence for word in words) / len(words)
    return Sentence(join_words([word.text for word in words]), words[0].start, words[-1].end, confidence)


def _count(words: list[Word]) -> int:
    return count_words(join_words([word.text for word in words]))
