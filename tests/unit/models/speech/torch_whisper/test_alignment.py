"""Tokens are placed where the attention is, as a plain dynamic time warping does it, row by row."""

import numpy as np
import pytest
import torch
from scipy.ndimage import median_filter

from models.speech.torch_whisper.alignment import token_starts

pytestmark = pytest.mark.unit


def plain_starts(looks: np.ndarray, skip: int) -> list[int]:
    """One row without padding, [heads, n, sound]: Whisper's way, cell by cell."""
    attention = np.exp(looks - looks.max(-1, keepdims=True))
    attention /= attention.sum(-1, keepdims=True)
    attention = (attention - attention.mean(1, keepdims=True)) / attention.std(1, keepdims=True)
    matrix = median_filter(attention, (1, 1, 7), mode="mirror").mean(0)[skip:-1]
    cost = np.full((matrix.shape[0] + 1, matrix.shape[1] + 1), np.inf)
    cost[0, 0] = 0
    came = np.zeros(cost.shape, int)
    for i in range(1, cost.shape[0]):
        for j in range(1, cost.shape[1]):
            ways = cost[i - 1, j - 1], cost[i - 1, j], cost[i, j - 1]
            came[i, j] = int(np.argmin(ways))
            cost[i, j] = min(ways) - matrix[i - 1, j - 1]
    i, j, starts = matrix.shape[0], matrix.shape[1], {}
    while i > 0:
        starts[i - 1] = j - 1
        i, j = [(i - 1, j - 1), (i - 1, j), (i, j - 1)][came[i, j]]
    return [starts[line] for line in range(matrix.shape[0])]


def test_a_batch_is_aligned_as_each_row_alone() -> None:
    rng = np.random.default_rng(5)
    tokens, frames, skip = [9, 14, 5], [40, 60, 25], 2
    looks = rng.normal(size=(3, 2, 14, 80)).astype(np.float32)
    for row, (count, sound) in enumerate(zip(tokens, frames, strict=True)):
        for token in range(count):  # a ridge from corner to corner
            looks[row, :, token, int(token / count * sound) : int((token + 1) / count * sound)] += 3
    found = token_starts(torch.from_numpy(looks), tokens, frames, skip)
    expected = [
        plain_starts(looks[row, :, :count, :sound].astype(np.float64), skip)
        for row, (count, sound) in enumerate(zip(tokens, frames, strict=True))
    ]
    assert found == expected


def test_a_sound_shorter_than_the_median() -> None:
    [starts] = token_starts(torch.zeros(1, 1, 6, 10), [6], [2], 3)
    assert len(starts) == 2
    assert all(0 <= start < 2 for start in starts)
