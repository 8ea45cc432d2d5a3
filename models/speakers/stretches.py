"""Cut speech into stretches that are long enough to tell a voice by, and short enough to hold but one."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.speech.contract import SAMPLE_RATE, Segment

# Speech within a stretch; what is left over and shorter than one window of the network is not judged.
MOST_S, LEAST_S = 3.0, 1.6
# Where speech pauses for so long, somebody else may go on.
TURN_S = 0.7


@dataclass(frozen=True)
class Stretch:
    """`sound`: its speech without the pauses, float32 mono [n] at 16 kHz; start, end: seconds from the take's start."""

    sound: NDArray[np.float32]
    start: float
    end: float


def cut(segment: Segment) -> list[Stretch]:
    """The stretches of a segment of speech, in order; none where it is too short."""
    found: list[Stretch] = []
    held: list[tuple[float, float]] = []
    for start, end in _parts(segment):
        if held and (_seconds(held) + end - start > MOST_S + 0.01 or start - held[-1][1] >= TURN_S):
            found += _stretch(segment, held)
            held = []
        held.append((start, end))
    return [*found, *_stretch(segment, held)]


def _parts(segment: Segment) -> Iterator[tuple[float, float]]:
    """The spans of speech, long ones divided evenly into parts of MOST_S or less."""
    for start, end in segment.spans:
        count = math.ceil((end - start) / MOST_S)
        step = (end - start) / count
        for place in range(count):
            yield start + place * step, start + (place + 1) * step


def _stretch(segment: Segment, parts: list[tuple[float, float]]) -> list[Stretch]:
    if _seconds(parts) < LEAST_S:
        return []
    first = segment.start
    places = [(round((start - first) * SAMPLE_RATE), round((end - first) * SAMPLE_RATE)) for start, end in parts]
    sound = np.concatenate([segment.audio[max(0, a) : b] for a, b in places])
    return [Stretch(sound, parts[0][0], parts[-1][1])]


def _seconds(parts: list[tuple[float, float]]) -> float:
    return sum(end - start for start, end in parts)
