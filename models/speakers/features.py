"""What the speaker network hears: mel power of evenly loud speech, in windows of 1.6 s.

The numbers are those that its weights were trained with (resemblyzer 0.1.4: hparams.py, audio.py, voice_encoder.py;
Wan et al. 2018, section 3): 40 mels of 25 ms every 10 ms, without a logarithm, speech of at least -30 dB of full scale.
"""

import math

import numpy as np
import torch
from numpy.typing import NDArray

from models.torch_audio import torchaudio

SAMPLE_RATE = 16_000
MELS = 40
WINDOW_FRAMES = 160
_HOP = 160
_LEAST_RMS = 10 ** (-30 / 20)
# What is left after the last whole window is a window of its own where it fills so much of it.
_WORTH = 0.75


class Windows:
    """Sounds to the network's windows."""

    def __init__(self) -> None:
        self._mel = torchaudio.transforms.MelSpectrogram(
            sample_rate=SAMPLE_RATE,
            n_fft=400,
            hop_length=_HOP,
            n_mels=MELS,
            norm="slaney",
            mel_scale="slaney",
            pad_mode="constant",
        )

    def __call__(self, sound: NDArray[np.float32], step: int = WINDOW_FRAMES // 2) -> torch.Tensor:
        """The windows of a sound, float32 [n] at 16 kHz, every `step` frames: float32 [k, WINDOW_FRAMES, MELS], k >= 1.

        A sound that ends within a window is filled up with silence.
        """
        starts = window_starts(len(sound), step)
        needed = (starts[-1] + WINDOW_FRAMES) * _HOP
        loud = torch.from_numpy(_louder(sound))
        padded = torch.nn.functional.pad(loud, (0, max(0, needed - len(sound))))
        mel = self._mel(padded).T
        return torch.stack([mel[start : start + WINDOW_FRAMES] for start in starts])


def window_starts(samples: int, step: int) -> list[int]:
    """The first frames of the windows over so many samples."""
    frames = math.ceil((samples + 1) / _HOP)
    starts = list(range(0, max(1, frames - WINDOW_FRAMES + step + 1), step))
    covered = (samples - starts[-1] * _HOP) / (WINDOW_FRAMES * _HOP)
    return starts[:-1] if covered < _WORTH and len(starts) > 1 else starts


def _louder(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """A sound that is too quiet, as loud as it should be; silence stays."""
    rms = float(np.sqrt(np.mean(np.square(sound)))) if len(sound) else 0.0
    return sound if rms == 0 or rms >= _LEAST_RMS else sound * np.float32(_LEAST_RMS / rms)
