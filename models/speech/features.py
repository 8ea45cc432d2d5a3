"""Whisper's input: log-mel spectrograms (Radford et al. 2022, section 2.2)."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from models.speech.contract import SAMPLE_RATE
from models.torch_audio import torchaudio

WINDOW_S = 30  # what Whisper was trained on, and its longest input
HOP = 160
FRAMES_PER_SECOND = SAMPLE_RATE // HOP


class LogMel:
    """Sound to Whisper features on `device`, a batch at a time."""

    def __init__(self, mels: int = 80, device: str = "cpu") -> None:
        self._device = device
        self._mel = torchaudio.transforms.MelSpectrogram(
            sample_rate=SAMPLE_RATE, n_fft=400, hop_length=HOP, n_mels=mels, norm="slaney", mel_scale="slaney"
        ).to(device)

    @torch.inference_mode()
    def __call__(self, sounds: Sequence[NDArray[np.float32]], window_s: int = WINDOW_S) -> torch.Tensor:
        """Sounds float32 [n] at 16 kHz, each at most `window_s`, to float32 [B, mels, 100 * window_s].

        log10 of the power, clamped to 8 below each sound's own maximum, scaled to about -1..1.
        """
        batch = torch.zeros(len(sounds), window_s * SAMPLE_RATE)
        for row, sound in zip(batch, sounds, strict=True):
            row[: len(sound)] = torch.from_numpy(sound)
        # The centred transform gives one frame more than fits: Whisper leaves the last out.
        power = self._mel(batch.to(self._device))[..., : window_s * FRAMES_PER_SECOND].contiguous()
        logarithm = power.clamp(min=1e-10).log10()
        loudest = logarithm.amax(dim=(-2, -1), keepdim=True)
        scaled: torch.Tensor = (torch.maximum(logarithm, loudest - 8.0) + 4.0) / 4.0
        return scaled
