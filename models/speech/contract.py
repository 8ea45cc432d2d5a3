"""The one contract behind which every speech engine stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.speech.transcript import Language, Transcript

SAMPLE_RATE = 16_000
# As many words as an engine is told to expect, and letters of one: what is longer is no word.
MOST_KEYWORDS, LONGEST_KEYWORD = 50, 40


@dataclass(frozen=True)
class Segment:
    """A stretch of speech: `audio` float32 mono [n] at 16 kHz in -1..1, `start` seconds from the take's start.

    `language` is the interview's language, or None to let the engine detect it. `spans` are the stretches within it
    that are speech, (start, end) seconds from the take's start; what lies between them are pauses. `is_draft`: the
    speech goes on and will be transcribed again, so that words matter and refinements do not. `keywords`: what may be
    said that is easily misheard, such as names of tools and companies, the likeliest first, at most MOST_KEYWORDS of
    at most LONGEST_KEYWORD letters, or ValueError; an engine that cannot listen for them leaves them aside.
    """

    audio: NDArray[np.float32]
    start: float
    language: Language | None = None
    spans: tuple[tuple[float, float], ...] = ()
    is_draft: bool = False
    keywords: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.keywords) > MOST_KEYWORDS or any(len(keyword) > LONGEST_KEYWORD for keyword in self.keywords):
            raise ValueError(f"a segment takes {MOST_KEYWORDS} keywords of {LONGEST_KEYWORD} letters")

    @property
    def seconds(self) -> float:
        return len(self.audio) / SAMPLE_RATE


@dataclass(frozen=True)
class Capabilities:
    """What an engine can do: the caller plans batches and features by it."""

    languages: tuple[Language, ...]
    word_times: bool
    streaming: bool
    max_segment_s: float


class Recognizer(Protocol):
    """Batch in, transcripts out: row i of the result belongs to segment i, word times count from the take's start."""

    name: str  # engine and version, as the report names it
    capabilities: Capabilities

    def transcribe(self, segments: Sequence[Segment]) -> list[Transcript]:
        """Transcribe a batch whose segments are each at most `capabilities.max_segment_s` long."""
        ...
