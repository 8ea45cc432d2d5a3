"""The settings choose the engine."""

from pathlib import Path

import pytest
from speech_samples import SpokenAnswer

from models.faces.engines import faces_version, load_faces
from models.settings import ModelSettings, UnknownEngine
from models.speech.contract import Segment
from models.speech.engines import SpeechListeners, load_speech, speech_version

pytestmark = pytest.mark.integration


def test_an_english_engine_leaves_chinese_to_whisper(models_dir: Path, answers: dict[str, SpokenAnswer]) -> None:
    settings = ModelSettings(models_dir=models_dir, speech="moonshine")
    engine = load_speech(settings, "cpu", 1, SpeechListeners())
    segments = [Segment(answers[name].audio[: 5 * 16_000], 0.0, answers[name].language) for name in ("en-1", "zh-1")]

    english, chinese = engine.transcribe(segments)

    assert english.recognizer.startswith("moonshine") and chinese.recognizer.startswith("whisper")
    assert "spring" in english.text and "秋天" in chinese.text
    assert speech_version(settings) == ""


@pytest.mark.parametrize("which", ["speech", "speech_fallback", "speech_shadow"])
def test_an_unknown_speech_engine_is_refused_with_what_there_is(models_dir: Path, which: str) -> None:
    settings = ModelSettings.model_validate({"models_dir": models_dir, which: "parakeet"})
    with pytest.raises(UnknownEngine, match=r"no speech engine parakeet: it is whisper, .* parley models add"):
        load_speech(settings, "cpu", 1, SpeechListeners())


def test_an_unknown_pack_is_refused(models_dir: Path) -> None:
    settings = ModelSettings(models_dir=models_dir, faces="buffalo")
    assert faces_version(settings) == ""
    with pytest.raises(UnknownEngine, match="no face engine buffalo"):
        load_faces(settings, "cpu", 1)
