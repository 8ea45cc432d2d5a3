"""Pitch and loudness of speech."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.speech.contract import SAMPLE_RATE, Segment

PITCH_HOP = 160  # 10 ms
PITCH_WINDOW = 800  # 50 ms: three periods of the lowest pitch
LOWEST_HZ, HIGHEST_HZ = 60.0, 500.0
FFT = 2048
# Boersma's voicing threshold, silence threshold (of the segment's loudest frame) and cost per octave below the top.
VOICED = 0.45
SILENT = 0.03
OCTAVE_COST = 0.01
FRAMES_AT_ONCE = 2048

LOUDNESS_WINDOW = round(0.4 * SAMPLE_RATE)  # the momentary window of ITU-R BS.1770
LOUDNESS_HOP = LOUDNESS_WINDOW // 4


@dataclass(frozen=True)
class Prosody:
    """The melody of one stretch of speech.

    `pitch`: float32 [voiced frames], semitones above 55 Hz, one per voiced 10 ms; `loudness`: float32 [windows], dB
    below full scale, one per 100 ms of speech; `start`, `end`, `spans` as the segment's, seconds.
    """

    start: float
    end: float
    spans: tuple[tuple[float, float], ...]
    pitch: NDArray[np.float32]
    loudness: NDArray[np.float32]


def measure_prosody(segment: Segment) -> Prosody:
    """Pitch and loudness of the speech in `segment` (under 1 % of its time on one thread)."""
    pieces = [
        segment.audio[round((a - segment.start) * SAMPLE_RATE) : round((b - segment.start) * SAMPLE_RATE)]
        for a, b in segment.spans
    ]
    return Prosody(
        start=segment.start,
        end=segment.start + segment.seconds,
        spans=segment.spans,
        pitch=np.concatenate([_pitch(piece) for piece in pieces] or [np.zeros(0, np.float32)]),
        loudness=np.concatenate([_loudness(piece) for piece in pieces] or [np.zeros(0, np.float32)]),
    )


def _pitch(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """Semitones above 55 Hz of the voiced frames, by autocorrelation of the windowed sound over that of the window.

    P. Boersma, "Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise ratio of a
    sampled sound", IFA Proceedings 17, 1993.
    """
    if len(sound) < PITCH_WINDOW:
        return np.zeros(0, np.float32)
    window = np.hanning(PITCH_WINDOW).astype(np.float32)
    lags = np.arange(int(SAMPLE_RATE / HIGHEST_HZ), int(SAMPLE_RATE / LOWEST_HZ) + 1)
    window_correlation = _autocorrelation(window[None])[0, lags]
    octaves_below_top = np.log2(lags / lags[0])
    frames = np.lib.stride_tricks.sliding_window_view(sound, PITCH_WINDOW)[::PITCH_HOP]
    loudest = float(np.abs(sound).max())
    found = []
    for first in range(0, len(frames), FRAMES_AT_ONCE):
        block = frames[first : first + FRAMES_AT_ONCE]
        block = block[np.abs(block).max(axis=1) > SILENT * loudest]
        if len(block) == 0:
            continue
        block = (block - block.mean(axis=1, keepdims=True)) * window
        strength = _autocorrelation(block)[:, lags] / window_correlation
        best = (strength - OCTAVE_COST * octaves_below_top).argmax(axis=1)
        voiced = (strength[np.arange(len(best)), best] > VOICED) & (best > 0) & (best < len(lags) - 1)
        found.append(12 * np.log2(SAMPLE_RATE / lags[best[voiced]] / 55.0))
    return np.concatenate(found or [np.zeros(0)]).astype(np.float32)


def _autocorrelation(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows [n, samples] to [n, lags], 1 at lag 0."""
    power = np.abs(np.fft.rfft(frames, FFT)) ** 2
    correlation = np.fft.irfft(power)
    normal: NDArray[np.float32] = (correlation / np.maximum(correlation[:, :1], 1e-12)).astype(np.float32)
    return normal


def _loudness(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    if len(sound) < LOUDNESS_WINDOW:
        return np.zeros(0, np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(sound, LOUDNESS_WINDOW)[::LOUDNESS_HOP]
    level: NDArray[np.float32] = 10 * np.log10(np.square(windows).mean(axis=1) + 1e-10)
    return level.astype(np.float32)
