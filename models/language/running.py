"""A transcript as running text, with the way back from a place in the text to the words and their times."""

import bisect
from dataclasses import dataclass

from models.speech.transcript import Transcript, Word


@dataclass(frozen=True)
class RunningText:
    """`text` is the transcript's text; word i of `words` begins at `starts[i]` in it."""

    text: str
    words: tuple[Word, ...]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, transcript: Transcript) -> "RunningText":
        text = transcript.text
        words = tuple(word for word in transcript.words if word.text.strip())
        starts: list[int] = []
        at = 0
        for word in words:
            at = text.index(word.text, at)
            starts.append(at)
            at += len(word.text)
        return cls(text, words, tuple(starts))

    def word_at(self, place: int) -> int:
        """The number of the word that holds character `place`."""
        return max(bisect.bisect_right(self.starts, place) - 1, 0)

    def between(self, start: int, end: int) -> tuple[Word, ...]:
        """The words that touch characters `start` to `end` (exclusive)."""
        return self.words[self.word_at(start) : self.word_at(end - 1) + 1]
