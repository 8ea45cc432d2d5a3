"""Blocks resampled one by one are the whole resampled."""

import numpy as np
import pytest
import torch

from models.media.resample import StreamResampler
from models.torch_audio import torchaudio

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000])
@pytest.mark.parametrize("seconds", [0.013, 0.9, 3.7])
def test_equals_one_whole_resample(rate: int, seconds: float) -> None:
    rng = np.random.default_rng(rate)
    sound = rng.uniform(-1, 1, int(rate * seconds)).astype(np.float32)
    resampler = StreamResampler(rate, 16_000)
    blocks, first = [], 0
    while first < len(sound):
        size = int(rng.integers(1, 3000))
        blocks += list(resampler.push(sound[first : first + size]))
        first += size
    blocks += list(resampler.flush())
    whole = torchaudio.functional.resample(torch.from_numpy(sound), rate, 16_000).numpy()
    np.testing.assert_allclose(np.concatenate(blocks), whole, atol=1e-4, rtol=0)  # its filter is float32, ours float64


def test_gives_sound_before_the_end_of_the_stream() -> None:
    resampler = StreamResampler(48_000, 16_000)
    given = sum(len(block) for _ in range(10) for block in resampler.push(np.zeros(24_000, np.float32)))
    assert given > 4.5 * 16_000


def test_a_rate_that_would_need_a_filter_of_gigabytes_is_rounded() -> None:
    resampler = StreamResampler(44_101, 16_000)
    blocks = [*resampler.push(np.zeros(2 * 44_101, np.float32)), *resampler.flush()]
    assert sum(map(len, blocks)) == pytest.approx(2 * 16_000, abs=2)
