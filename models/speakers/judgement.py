"""Whether all of a sitting is spoken by one person: which stretches of its takes are another voice than most."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from models.observation import Observation
from models.speakers.heard import HeardVoice, TakeVoices

# Cosines of vectors of stretches of up to 3 s, as `parley evaluate voices` measures them (docs/evaluation.md). To the
# mean of its own voice a stretch has at least so much, other voices' stretches seldom.
SAME_VOICE = 0.68
# The mean of another voice must be this far from the main voice's: noise or an echo that comes and goes moves the same
# voice by less.
OTHER_VOICE = 0.66
# Two single stretches of one voice are less alike than either is to its mean.
ALIKE = 0.6
# A laugh, a whisper or a cough is unlike its own speaker for a moment: another voice must speak for so long in all, in
# so many stretches that are alike.
ENOUGH_S, ENOUGH = 5.0, 2
# As much is needed to know whom the others are compared with.
MAIN_S = 10.0
# Stretches that follow each other closer are told as one.
JOIN_S = 3.0


@dataclass(frozen=True)
class _Voice:
    """Rows that are one voice, and their mean vector."""

    rows: NDArray[np.intp]
    mean: NDArray[np.float32]
    seconds: float


def other_voices(takes: Sequence[TakeVoices]) -> list[list[Observation]]:
    """For each take of one sitting, its `another_voice` observations: what is not spoken by the sitting's main voice.

    The main voice is the one that speaks most over all takes; where too little is heard to know it, or where a voice
    speaks too little to be sure of, nothing is observed. Whose the voices are is not known, nor asked.
    """
    heard = [voice for take in takes for voice in take.heard]
    if not heard:
        return [[] for _ in takes]
    vectors = np.array([voice.vector for voice in heard], np.float32)
    seconds = np.array([voice.seconds for voice in heard], np.float64)
    main = _main_voice(vectors, seconds)
    if main is None:
        return [[] for _ in takes]
    likeness = vectors @ main.mean
    rest = np.flatnonzero(likeness < SAME_VOICE)
    other = np.zeros(len(heard), bool)
    while len(rest):
        voice = _largest(vectors, seconds, rest)
        if voice.seconds >= ENOUGH_S and len(voice.rows) >= ENOUGH and float(voice.mean @ main.mean) < OTHER_VOICE:
            other[voice.rows] = True
        rest = np.setdiff1d(rest, voice.rows)
    bounds = [0, *accumulate(len(take.heard) for take in takes)]
    return [
        _observations(take.heard, likeness[a:b], other[a:b])
        for take, (a, b) in zip(takes, pairwise(bounds), strict=True)
    ]


def _main_voice(vectors: NDArray[np.float32], seconds: NDArray[np.float64]) -> _Voice | None:
    """The voice that speaks most, or None where that is too little."""
    voice = _largest(vectors, seconds, np.arange(len(vectors)))
    # The mean of a voice is nearer to all of it than the stretch that it was found by.
    for _ in range(3):
        rows = np.flatnonzero(vectors @ voice.mean >= SAME_VOICE)
        if not len(rows):
            break
        voice = _voice(vectors, seconds, rows)
    return voice if voice.seconds >= MAIN_S else None


def _largest(vectors: NDArray[np.float32], seconds: NDArray[np.float64], rows: NDArray[np.intp]) -> _Voice:
    """Of some rows (at least one), those alike to the one that most is alike to, itself among them."""
    alike = vectors[rows] @ vectors[rows].T >= ALIKE
    most = int((alike @ seconds[rows]).argmax())
    alike[most, most] = True
    return _voice(vectors, seconds, rows[alike[most]])


def _voice(vectors: NDArray[np.float32], seconds: NDArray[np.float64], rows: NDArray[np.intp]) -> _Voice:
    mean = (vectors[rows] * seconds[rows, None]).sum(0)
    length = float(np.linalg.norm(mean))
    return _Voice(rows, (mean / length if length else mean).astype(np.float32), float(seconds[rows].sum()))


def _observations(
    heard: Sequence[HeardVoice], likeness: NDArray[np.float32], other: NDArray[np.bool_]
) -> list[Observation]:
    groups: list[list[int]] = []
    for row in np.flatnonzero(other).tolist():
        follows = bool(groups) and groups[-1][-1] == row - 1 and heard[row].start - heard[row - 1].end < JOIN_S
        if follows:
            groups[-1].append(row)
        else:
            groups.append([row])
    return [
        Observation(
            kind="another_voice",
            start=round(heard[rows[0]].start, 3),
            end=round(heard[rows[-1]].end, 3),
            value=round(float(likeness[rows].mean()), 3),
        )
        for rows in groups
    ]
