"""What listening for an interview's keywords does, in either language.

Which words an interview listens for is simulated: recordings are taken in tens as if each ten were one interview, whose
keywords are one word out of each reference and as many that only others say.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import jieba
import jiwer
from pydantic import BaseModel, ConfigDict

from models.speech.contract import Recognizer, Segment
from models.speech.expected import expected_words
from models.speech.transcript import Language
from ops.evaluate.normalise import units

INTERVIEW = 10


@dataclass(frozen=True)
class Recording:
    """What is said in a recording, and its segments of speech."""

    reference: str
    segments: list[Segment]


@dataclass(frozen=True)
class Keywords:
    """For one recording: a word that is said in it, the list of its interview, and one of which nothing is said."""

    said: str
    own: tuple[str, ...]
    others: tuple[str, ...]


class Served(BaseModel):
    """The engine as it serves, by what it listened for: nothing, the interview's keywords, or keywords nobody says.

    `error_rate` is the corpus rate, 0..1, of characters for Chinese and words for English; `seconds` are those of the
    processor. `keywords` counts the keywords spoken; `heard` those that were recognised.
    """

    model_config = ConfigDict(frozen=True)

    files: int
    error_rate: dict[str, float]
    seconds: dict[str, float]
    keywords: int
    heard: dict[str, int]


def simulated_keywords(references: Sequence[str], language: Language) -> list[Keywords]:
    """The keywords of each recording, by what is said in all of them."""
    words = [_longest_word(reference, language) for reference in references]
    return [
        keywords
        for first in range(0, len(words), INTERVIEW)
        for keywords in _of_interview(words[first : first + INTERVIEW], sorted(set(words)))
    ]


def evaluate_served(recordings: Sequence[Recording], language: Language, recognizer: Recognizer) -> Served | None:
    """Measure the engine with and without keywords, segment by segment; None where there is no recording."""
    if not recordings:
        return None
    references = [recording.reference for recording in recordings]
    simulated = simulated_keywords(references, language)
    lists: dict[str, list[tuple[str, ...]]] = {
        "nothing": [()] * len(recordings),
        "keywords": [keywords.own for keywords in simulated],
        "others' keywords": [keywords.others for keywords in simulated],
    }
    error_rate, spent, heard = dict[str, float](), dict[str, float](), dict[str, int]()
    for name, listened in lists.items():
        started = time.process_time()
        texts = [_written(recognizer, *pair) for pair in zip(recordings, listened, strict=True)]
        spent[name] = time.process_time() - started
        said = [_spaced(text, language) for text in texts]
        error_rate[name] = float(jiwer.wer([_spaced(reference, language) for reference in references], said))
        sought = [_spaced(keywords.said, language) for keywords in simulated]
        heard[name] = sum(f" {word} " in f" {text} " for word, text in zip(sought, said, strict=True))
    return Served(files=len(recordings), error_rate=error_rate, seconds=spent, keywords=len(recordings), heard=heard)


def _written(recognizer: Recognizer, recording: Recording, keywords: tuple[str, ...]) -> str:
    segments = (replace(segment, keywords=keywords) for segment in recording.segments)
    return " ".join(recognizer.transcribe([segment])[0].text for segment in segments)


def _of_interview(own: Sequence[str], all_words: Sequence[str]) -> Iterator[Keywords]:
    others = [word for word in all_words if word not in own]
    some = others[:: max(1, len(others) // INTERVIEW)][:INTERVIEW]
    for word in own:
        yield Keywords(word, expected_words(sorted({*own, *some})), expected_words(others[: 2 * INTERVIEW]))


def _longest_word(reference: str, language: Language) -> str:
    """The longest word of a reference, the first of several."""
    return str(max(jieba.cut(reference) if language == "zh" else reference.split(), key=len))


def _spaced(text: str, language: Language) -> str:
    return " ".join(units(text, language))
