"""torchaudio works on whatever torch is installed."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.unit


def test_imports_for_us_and_for_whoever_imports_torchaudio_after_us() -> None:
    program = """
from models.torch_audio import torchaudio
import torch, torchaudio as plain
assert plain is torchaudio
assert torchaudio.functional.resample(torch.zeros(1, 48000), 48000, 16000).shape == (1, 16000)
if torch.version.cuda is None:
    try:
        torchaudio.functional.forced_align(torch.zeros(1, 2, 2), torch.zeros(1, 1))
    except RuntimeError as error:
        assert "forced_align needs a CUDA build" in str(error)
    else:
        raise AssertionError("forced_align has no compiled part to run")
"""
    subprocess.run([sys.executable, "-c", program], check=True)
