"""The contract of speech engines that hear a stream: words while they are spoken, of many candidates in one step."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.speech.contract import Capabilities
from models.speech.transcript import Language, Transcript


class StreamsFull(RuntimeError):
    """As many streams are open as the engine takes."""


@dataclass(frozen=True)
class Chunk:
    """What came of one stream since the last step: `audio` float32 mono [n] at 16 kHz in -1..1, of any length.

    `is_last` ends the stream: what is still held is transcribed, and the stream closed.
    """

    stream: str
    audio: NDArray[np.float32]
    is_last: bool = False


@dataclass(frozen=True)
class Heard:
    """What a step made of one stream; times count from the stream's start.

    `final` has the words that became certain in this step (an endpoint followed them, or the stream ended) and will not
    be given again. `partial` has those after the last endpoint as far as they are heard: the next step replaces them.
    """

    stream: str
    final: Transcript
    partial: Transcript


class StreamingRecognizer(Protocol):
    """Sound in as it comes, words out. Safe to call from several threads: steps take turns."""

    name: str  # engine and version, as the report names it
    capabilities: Capabilities  # `streaming` is True
    step_s: float  # sound is computed in pieces of this many seconds: what is less waits for more
    biasing: bool  # whether keywords make a difference

    def open(self, stream: str, language: Language | None = None, keywords: Sequence[str] = ()) -> None:
        """Begin a stream. keywords: what this interview is likely to hear, such as names of tools and companies.

        Raises StreamsFull, and ValueError for a stream that is open or a language the engine does not speak.
        """
        ...

    def step(self, chunks: Sequence[Chunk]) -> list[Heard]:
        """Hear one chunk of each of several streams at once: row i of the result belongs to chunk i.

        Raises ValueError for a stream that is not open or comes twice.
        """
        ...

    def close(self, stream: str) -> None:
        """Forget a stream without hearing its rest. One that is not open is none to forget."""
        ...
