"""Frames that show a thing, joined to spans of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

DEFAULT_PERIOD = 0.5  # seconds a lone frame stands for: two frames a second is the usual rate


@dataclass(frozen=True)
class Span:
    """`start` and `end` in seconds; `rows` are the frames within that show the thing."""

    start: float
    end: float
    rows: tuple[int, ...]


def period(times: Sequence[float]) -> float:
    """Seconds between frames: the median step, so that a lost frame does not count."""
    steps = [later - earlier for earlier, later in pairwise(times)]
    return float(np.median(steps)) if steps else DEFAULT_PERIOD


def spans(times: Sequence[float], shown: Sequence[bool], minimum: float) -> list[Span]:
    """Spans of at least `minimum` seconds in which frames at ascending `times` show the thing.

    A frame stands for the time until the next. One frame that does not show it, between two that do, does not end a
    span (a blink in a smile); two do, and so does a hole in `times`.
    """
    step = period(times)
    groups: list[list[int]] = []
    for row in np.flatnonzero(shown).tolist():
        if groups and times[row] - times[groups[-1][-1]] < 2.5 * step:
            groups[-1].append(row)
        else:
            groups.append([row])
    found = [Span(times[rows[0]], times[rows[-1]] + step, tuple(rows)) for rows in groups]
    # Sampled times jitter by a frame of the video; a span of one frame too few is a tenth of a step too short.
    return [span for span in found if span.end - span.start >= minimum - step / 10]
