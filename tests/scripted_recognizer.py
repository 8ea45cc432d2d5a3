"""A speech engine that answers as told: for tests of what stands around engines."""

import threading
from collections.abc import Callable, Sequence

import numpy as np

from models.speech.contract import Capabilities, Segment
from models.speech.transcript import Language, Transcript, Word


def spoken(text: str, recognizer: str, language: Language = "en") -> Transcript:
    words = tuple(Word(text=word, start=0.0, end=1.0, confidence=0.9) for word in text.split())
    return Transcript(language=language, words=words, confidence=0.9, recognizer=recognizer)


def segments(count: int, language: Language = "en") -> list[Segment]:
    return [Segment(np.zeros(16_000, np.float32), float(number), language) for number in range(count)]


class ScriptedRecognizer:
    """Writes `text` for every segment, after `before` has run with the batch; `batches` are the sizes it was given."""

    def __init__(
        self,
        name: str,
        text: str = "hello",
        before: Callable[[Sequence[Segment]], None] = lambda batch: None,
        languages: tuple[Language, ...] = ("zh", "en"),
    ) -> None:
        self.name, self._text, self._before = name, text, before
        self.capabilities = Capabilities(languages, word_times=True, streaming=False, max_segment_s=30.0)
        self.batches: list[int] = []
        self.threads: set[str] = set()

    def transcribe(self, segments: Sequence[Segment]) -> list[Transcript]:
        self.batches.append(len(segments))
        self.threads.add(threading.current_thread().name)
        self._before(segments)
        return [spoken(self._text, self.name, segment.language or "en") for segment in segments]
