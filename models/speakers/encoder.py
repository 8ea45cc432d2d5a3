"""Speech to vectors of its voice."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.speakers.features import WINDOW_FRAMES, Windows
from models.speakers.network import DIMENSIONS, load_network


class SpeakerEncoder:
    """Sounds in, vectors out. One instance serves any number of threads; it keeps nothing between calls.

    Two vectors of one voice have a cosine near 1, two of different voices a lower one.
    """

    name = "GE2E, as in resemblyzer 0.1.4"

    def __init__(self, folder: Path, step: int = WINDOW_FRAMES // 2) -> None:
        """Load `folder`/pretrained.pt; windows begin every `step` hundredths of a second. Raises WeightsError."""
        self._network = load_network(folder / "pretrained.pt")
        self._windows, self._step = Windows(), step

    @torch.inference_mode()
    def embed(self, sounds: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        """Sounds float32 [n] at 16 kHz, speech without long pauses, to float32 [B, 256] of length 1.

        A sound's vector is the mean of its windows'; of silence it is all zeros.
        """
        if not sounds:
            return np.zeros((0, DIMENSIONS), np.float32)
        windows = [self._windows(sound, self._step) for sound in sounds]
        vectors = self._network(torch.cat(windows))
        means = [part.mean(0) for part in vectors.split([len(part) for part in windows])]
        normal: NDArray[np.float32] = torch.nn.functional.normalize(torch.stack(means), dim=1).numpy()
        return normal
