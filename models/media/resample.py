"""Resample a stream of blocks as if it were one piece."""

import math
from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from models.torch_audio import torchaudio

# torchaudio's filter holds rate/gcd x 16000/gcd taps: a header that claims 44101 Hz would ask for gigabytes. Rates are
# rounded to this step (an error of at most 0.16 % at 8 kHz; every usual rate is a multiple of it).
RATE_STEP_HZ = 25
# Input is gathered to this many seconds: few filter calls, and little delay.
BLOCK_S = 0.06


class StreamResampler:
    """`torchaudio.transforms.Resample` (windowed sinc) over blocks of float32 mono sound of one rate.

    Each call sees enough of its neighbours for the filter's width, so that the blocks put together equal the
    resampling of the whole to within float rounding.
    """

    def __init__(self, rate: int, target: int) -> None:
        rate = max(RATE_STEP_HZ, RATE_STEP_HZ * round(rate / RATE_STEP_HZ))
        self._resample = torchaudio.transforms.Resample(rate, target)
        divisor = math.gcd(rate, target)
        # The filter repeats every `_step_in` input samples, which become `_step_out` output samples.
        self._step_in, self._step_out = rate // divisor, target // divisor
        width = 0 if rate == target else int(self._resample.width)
        self._margin = math.ceil(width / self._step_in) * self._step_in
        self._gather = max(int(rate * BLOCK_S), 4 * self._margin)
        self._pending = np.zeros(0, np.float32)  # starts with `_context` samples that were already put out
        self._context = 0
        self._blocks: list[NDArray[np.float32]] = []
        self._blocks_size = 0

    def push(self, block: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
        """Take a block of any length [n]; give what can be given."""
        self._blocks.append(block)
        self._blocks_size += len(block)
        if self._blocks_size < self._gather:
            return
        self._collect()
        ready = (len(self._pending) - self._context - self._margin) // self._step_in * self._step_in
        if ready <= 0:
            return
        yield self._run(self._context // self._step_in * self._step_out, ready // self._step_in * self._step_out)
        used = self._context + ready
        self._context = min(self._margin, used)
        self._pending = self._pending[used - self._context :]

    def flush(self) -> Iterator[NDArray[np.float32]]:
        """Give what is left; the resampler is then spent."""
        self._collect()
        rest = len(self._pending) - self._context
        if rest > 0:
            yield self._run(
                self._context // self._step_in * self._step_out, math.ceil(rest * self._step_out / self._step_in)
            )

    def _collect(self) -> None:
        self._pending = np.concatenate([self._pending, *self._blocks])
        self._blocks, self._blocks_size = [], 0

    def _run(self, skip: int, length: int) -> NDArray[np.float32]:
        with torch.inference_mode():
            output: NDArray[np.float32] = self._resample(torch.from_numpy(self._pending)).numpy()
        return output[skip : skip + length]
