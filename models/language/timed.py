"""A text embedder for load tests: scripted vectors at the service times of a real one."""

import hashlib
import time
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.language.calibration import Calibration
from models.service_times import ServiceTimes


class TimedEmbedder:
    """Vectors made of a text's hash: every two texts are unrelated, and scores made of them mean nothing."""

    def __init__(self, times: ServiceTimes) -> None:
        self._text_s, self.name = times.text_s, times.name

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts: float32 [n, d] of the calibration's d, each row L2-normalised."""
        time.sleep(self._text_s * len(texts))
        rows = np.array([self._scripted(text) for text in texts], np.float32).reshape(len(texts), self._dimensions)
        lengths: NDArray[np.float32] = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / lengths

    @cached_property
    def calibration(self) -> Calibration:
        """The real embedder's, so that scoring does the same work."""
        return Calibration.load()

    @cached_property
    def _dimensions(self) -> int:
        return len(self.calibration.mean)

    def _scripted(self, text: str) -> NDArray[np.float32]:
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
        return np.random.default_rng(seed).standard_normal(self._dimensions, np.float32)
