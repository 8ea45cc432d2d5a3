"""When tokens were said, told by where a decoder looked when it wrote them."""

import numpy as np
from numpy.typing import NDArray

# Between words a decoder looks nowhere in particular: what a token was looked at less than this share of its peak is
# no part of it.
LEAST_OF_PEAK = 0.2


def attended(attention: NDArray[np.float32]) -> list[tuple[float, float]]:
    """The frames in which each token was said, [tokens, frames] of attention: one after the other, none twice.

    The path of most attention that goes forwards in both (dynamic time warping, Sakoe and Chiba 1978, each frame used
    once), without the frames of each stretch that were hardly looked at. Where there are more tokens than frames, they
    share them evenly.
    """
    tokens, frames = attention.shape
    if not 0 < tokens <= frames:
        step = frames / tokens if tokens else 0.0
        return [(row * step, (row + 1) * step) for row in range(tokens)]
    best = np.full(tokens, -np.inf)
    moved = np.zeros((frames, tokens), bool)  # whether the token before was left for this one at this frame
    for frame in range(frames):
        came = np.concatenate([[0.0 if frame == 0 else -np.inf], best[:-1]])
        moved[frame] = came > best
        best = np.maximum(came, best) + attention[:, frame]
    path = np.empty(frames, int)
    token = tokens - 1
    for frame in reversed(range(frames)):
        path[frame] = token
        token -= int(moved[frame, token])
    stretches = [np.flatnonzero(path == token) for token in range(tokens)]
    looked = [
        stretch[attention[token, stretch] >= LEAST_OF_PEAK * attention[token, stretch].max()]
        for token, stretch in enumerate(stretches)
    ]
    return [(float(stretch[0]), float(stretch[-1] + 1)) for stretch in looked]
