"""The shipped engines, loaded once, and what the recorded answers say."""

from pathlib import Path

import pytest
import speech_samples
from speech_samples import SpokenAnswer

from models.speech.vad import SileroVad
from models.speech.whisper import WhisperRecognizer


@pytest.fixture(scope="session")
def vad() -> SileroVad:
    return SileroVad()


@pytest.fixture(scope="session")
def recognizer(models_dir: Path) -> WhisperRecognizer:
    return WhisperRecognizer(models_dir / "whisper-base")


@pytest.fixture(scope="session")
def answers() -> dict[str, SpokenAnswer]:
    return speech_samples.spoken_answers()
