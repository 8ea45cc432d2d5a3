"""Pieces of speech put together."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.voice.contract import SAMPLE_RATE

# Below this it is silence: Kokoro's own before and after what it says, which differs from piece to piece.
_QUIET = 0.01
_MARGIN_S = 0.05
_PAUSE_S = 0.4
_EDGE_S = 0.15


def trimmed(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Without the silence around; empty where all of it is silent."""
    loud = np.flatnonzero(np.abs(samples) > _QUIET)
    if not len(loud):
        return samples[:0]
    margin = round(_MARGIN_S * SAMPLE_RATE)
    return samples[max(0, loud[0] - margin) : loud[-1] + margin]


def joined(pieces: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Float32 mono [n] at 24 kHz: the pieces that are no silence, with a pause between them and short ones around."""
    spoken = [piece for piece in map(trimmed, pieces) if len(piece)]
    edge, pause = (np.zeros(round(seconds * SAMPLE_RATE), np.float32) for seconds in (_EDGE_S, _PAUSE_S))
    parts: list[NDArray[np.float32]] = []
    for piece in spoken:
        parts += [pause, piece] if parts else [edge, piece]
    return np.concatenate([*parts, edge]) if parts else np.zeros(0, np.float32)
