"""Our features are those Whisper was trained on."""

import numpy as np
import pytest
from faster_whisper.feature_extractor import FeatureExtractor

from models.speech.features import LogMel

pytestmark = pytest.mark.unit


def test_equals_faster_whisper() -> None:
    rng = np.random.default_rng(0)
    time = np.arange(16_000 * 28) / 16_000
    sounds = [
        (0.1 * rng.standard_normal(16_000 * 7)).astype(np.float32),
        (0.3 * np.sin(2 * np.pi * 200 * time) * np.sin(2 * np.pi * 3 * time)).astype(np.float32),
        np.zeros(400, np.float32),
    ]
    features = LogMel()(sounds).numpy()
    assert features.shape == (3, 80, 3000)
    assert features.flags.c_contiguous  # CTranslate2 takes nothing else
    for row, sound in zip(features, sounds, strict=True):
        reference = FeatureExtractor()(np.pad(sound, (0, 480_000 - len(sound))))[:, :3000]
        np.testing.assert_allclose(row, reference, atol=1e-3)


def test_a_shorter_window_is_the_beginning_of_the_longer() -> None:
    sound = (0.1 * np.random.default_rng(0).standard_normal(16_000 * 16)).astype(np.float32)
    short, long = (LogMel()([sound], window_s).numpy() for window_s in (20, 30))
    assert short.shape == (1, 80, 2000)
    np.testing.assert_allclose(short, long[..., :2000], atol=1e-4)
