"""Recordings made in memory: real speech-like sound in real containers."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import loadtests
from loadtests.recording import SAMPLE_RATE, candidate_picture, compose, decode


@pytest.fixture(scope="session")
def speech() -> NDArray[np.float32]:
    """Four seconds of speech, float32 mono at 48 kHz."""
    return decode(Path(loadtests.__file__).parent / "recordings" / "zh-1.opus")[: 4 * SAMPLE_RATE]


@pytest.fixture(scope="session")
def recording(speech: NDArray[np.float32]) -> bytes:
    """The same as a browser records it: live webm, VP8 at 640x480 and Opus."""
    return compose(speech, candidate_picture())
