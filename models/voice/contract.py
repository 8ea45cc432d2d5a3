"""The one contract behind which every voice stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.speech.transcript import Language

SAMPLE_RATE = 24_000


class NothingToSay(ValueError):
    """A text has nothing in it that can be spoken."""


@dataclass(frozen=True)
class Text:
    """What is to be said, of any length; words of other languages may stand in it."""

    text: str
    language: Language


@dataclass(frozen=True)
class Speech:
    """`samples` float32 mono [n] at 24 kHz in -1..1."""

    samples: NDArray[np.float32]

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE


class Synthesizer(Protocol):
    """Batch in, speech out: row i of the result says text i."""

    name: str  # engine and voices with their versions: another one sounds otherwise
    languages: tuple[Language, ...]

    def close(self) -> None:
        """Let go of what the engine holds beside this process's memory."""
        ...

    def speak(self, texts: Sequence[Text]) -> list[Speech]:
        """Say texts in the engine's languages. Raises NothingToSay where one has nothing to be spoken in it."""
        ...
