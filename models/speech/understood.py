"""Whether a sentence that was read aloud was understood: does the microphone do, and is the voice near enough."""

from typing import Literal

import jiwer

from models.speech.shadow import comparable
from models.speech.simplified import simplified

Verdict = Literal["good", "silent", "unclear"]

# Of the words, in Chinese 字. An accent costs some of them and must not count against anybody; noise that costs half of
# a plain sentence costs as much of every answer.
UNDERSTOOD = 0.5


def agreement(expected: str, heard: str) -> float:
    """1 where two texts have the same words (字 in Chinese), down to 0 where none is the same in its place.

    Case, punctuation and Traditional characters make no difference: 1 - edits / words of the longer text.
    """
    read, said = comparable(simplified(expected)), comparable(simplified(heard))
    if not read or not said:
        return 1.0 if read == said else 0.0
    counted = jiwer.process_words(" ".join(read), " ".join(said))
    edits = counted.substitutions + counted.deletions + counted.insertions
    return 1 - edits / max(len(read), len(said))


def judge_speech(expected: str, heard: str) -> Verdict:
    """What to say about a sentence of which `heard` was understood."""
    if not comparable(heard):
        return "silent"
    return "good" if agreement(expected, heard) >= UNDERSTOOD else "unclear"
