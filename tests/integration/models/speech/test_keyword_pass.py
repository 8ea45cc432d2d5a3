"""What an engine listens for is heard where it is said, and nowhere else."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from speech_samples import SpokenAnswer

from models.speech.contract import SAMPLE_RATE, Segment
from models.speech.torch_whisper.recognizer import TorchWhisperRecognizer
from models.speech.transcript import Language
from models.speech.vad import SileroVad
from models.speech.whisper import WhisperRecognizer

pytestmark = pytest.mark.integration

# What is said in neither answer.
UNSAID: dict[Language, tuple[str, ...]] = {
    "zh": ("数据分析", "机器学习", "项目管理", "领导力", "预算", "Python", "谈判"),
    "en": ("Kubernetes", "machine learning", "budget", "stakeholder", "negotiation", "Python", "SQL"),
}


@pytest.fixture(scope="module")
def misheard(answers: dict[str, SpokenAnswer], vad: SileroVad) -> Segment:
    """Whisper writes 一辈 for 一倍 in it."""
    return next(vad.segments([answers["zh-2"].audio[: 15 * SAMPLE_RATE]], "zh"))


def test_a_misheard_keyword_is_heard(recognizer: WhisperRecognizer, misheard: Segment) -> None:
    """Row by row: a draft, one that listens for something else and one for nothing keep what was heard first."""
    listening = replace(misheard, keywords=("一倍", "小组"))
    rows = [
        misheard,
        listening,
        replace(listening, is_draft=True),
        replace(misheard, keywords=UNSAID["zh"]),
        Segment(np.zeros(SAMPLE_RATE, np.float32), 0.0, "zh", keywords=("一倍",)),
    ]
    plain, heard, draft, unsaid, silence = [transcript.text for transcript in recognizer.transcribe(rows)]
    assert "多了一辈" in plain and "多了一倍" not in plain
    assert heard == plain.replace("一辈", "一倍")
    assert (unsaid, silence) == (plain, "")
    assert "多了一辈" in draft
    [alone] = recognizer.transcribe([listening])
    assert alone.text == heard
    assert all(word.start <= word.end for word in alone.words)


def test_in_torch_as_well(models_dir: Path, misheard: Segment) -> None:
    rows = [misheard, replace(misheard, keywords=("一倍", "小组"))]
    plain, heard = [
        transcript.text for transcript in TorchWhisperRecognizer(models_dir / "whisper-base").transcribe(rows)
    ]
    assert "多了一辈" in plain and heard == plain.replace("一辈", "一倍")


@pytest.mark.parametrize("name", ["zh-1", "en-1"])
def test_what_nobody_says_is_not_heard(
    recognizer: WhisperRecognizer, vad: SileroVad, answers: dict[str, SpokenAnswer], name: str
) -> None:
    answer = answers[name]
    *_, last = vad.segments([answer.audio], answer.language)
    plain, listening = recognizer.transcribe([last, replace(last, keywords=UNSAID[answer.language])])
    assert plain.words and listening == plain


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_is_heard_in_silence_or_noise(recognizer: WhisperRecognizer, language: Language) -> None:
    rng = np.random.default_rng(0)
    sounds = [np.zeros(16_000), 0.1 * rng.standard_normal(8_000), 0.02 * rng.standard_normal(12_000)]
    segments = [Segment(sound.astype(np.float32), 0.0, language, keywords=UNSAID[language]) for sound in sounds]
    assert [transcript.text for transcript in recognizer.transcribe(segments)] == ["", "", ""]
