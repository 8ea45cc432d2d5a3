"""A language of tones, which small models learn in seconds."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from small_nemo import WORDS

from models.speech.contract import SAMPLE_RATE

# Each word is a chord that glides up for 0.4 s from a pitch of its own, a fifth above the word before it.
WORD_S, LOWEST_HZ, STEP = 0.4, 300.0, 1.5


@dataclass(frozen=True)
class Utterance:
    """`audio` float32 [n] at 16 kHz; `spans` seconds in which each word sounds."""

    audio: NDArray[np.float32]
    words: tuple[str, ...]
    spans: tuple[tuple[float, float], ...]

    @property
    def text(self) -> str:
        return " ".join(self.words)


def tone(pitch: float) -> NDArray[np.float32]:
    """The sound of word number `pitch`; what lies between two numbers sounds like either."""
    time = np.arange(round(WORD_S * SAMPLE_RATE)) / SAMPLE_RATE
    hertz = LOWEST_HZ * STEP**pitch
    chord = np.sin(2 * np.pi * hertz * time)
    chord += 0.6 * np.sin(2 * np.pi * hertz * (1.5 + 0.75 * time / WORD_S) * time)
    return (0.2 * chord * np.minimum(1, np.minimum(time, WORD_S - time) / 0.03)).astype(np.float32)


def utter(
    words: Sequence[str], rng: random.Random, pauses: tuple[float, float] = (0.1, 0.5), slur: float = 0.0
) -> Utterance:
    """`words` spoken with random pauses before, between and after them, over faint noise.

    slur: how far a word strays from its pitch (standard deviation; 0.5 is halfway to the next word).
    """
    parts: list[NDArray[np.float32]] = []
    spans: list[tuple[float, float]] = []
    for word in words:
        parts.append(np.zeros(round(rng.uniform(*pauses) * SAMPLE_RATE), np.float32))
        start = sum(map(len, parts)) / SAMPLE_RATE
        parts.append(tone(rng.gauss(WORDS.index(word), slur) if slur else WORDS.index(word)))
        spans.append((start, start + WORD_S))
    parts.append(np.zeros(round(rng.uniform(0.3, 0.6) * SAMPLE_RATE), np.float32))
    audio = np.concatenate(parts)
    noise = np.random.default_rng(rng.randrange(1 << 30)).standard_normal(len(audio))
    return Utterance((audio + 0.003 * noise).astype(np.float32), tuple(words), tuple(spans))


def sentence(rng: random.Random, most: int) -> list[str]:
    """Random words, none twice in a row."""
    words = rng.choices(WORDS, k=rng.randint(1, most))
    return words[:1] + [word for before, word in pairwise(words) if word != before]
