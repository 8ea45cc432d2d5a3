"""Moonshine writes down English, batched as alone, and knows what it does not know."""

from itertools import pairwise
from pathlib import Path

import jiwer
import numpy as np
import pytest
from speech_samples import SpokenAnswer

from models.speech.contract import Segment
from models.speech.finite import NotFinite
from models.speech.moonshine import MoonshineRecognizer
from models.speech.vad import SileroVad
from ops.evaluate.normalise import units

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def moonshine(models_dir: Path) -> MoonshineRecognizer:
    return MoonshineRecognizer(models_dir / "moonshine-tiny-en")


def test_what_was_said(moonshine: MoonshineRecognizer, vad: SileroVad, answers: dict[str, SpokenAnswer]) -> None:
    english = [answers["en-1"], answers["en-2"]]
    segments = [list(vad.segments([answer.audio], "en")) for answer in english]
    transcripts = moonshine.transcribe([segment for answer in segments for segment in answer])
    for transcript, segment in zip(transcripts, [s for answer in segments for s in answer], strict=True):
        assert (transcript.language, transcript.recognizer) == ("en", moonshine.name)
        assert 0.8 < transcript.confidence <= 1
        assert all(before.end <= after.start + 1e-6 for before, after in pairwise(transcript.words))
        for word in transcript.words:  # estimated, but always where somebody speaks
            assert any(a - 1e-6 <= word.start <= word.end <= b + 1e-6 for a, b in segment.spans)
    reference = " ".join(unit for answer in english for unit in units(answer.spoken, "en"))
    written = " ".join(unit for transcript in transcripts for unit in units(transcript.text, "en"))
    assert jiwer.wer(reference, written) < 0.08


def test_a_batch_is_transcribed_as_each_alone(
    moonshine: MoonshineRecognizer, vad: SileroVad, answers: dict[str, SpokenAnswer]
) -> None:
    pieces = list(vad.segments([answers["en-1"].audio], "en"))
    assert len({len(piece.audio) for piece in pieces}) > 1
    for together, piece in zip(moonshine.transcribe(pieces), pieces, strict=True):
        [alone] = moonshine.transcribe([piece])
        assert together.text == alone.text
        assert together.confidence == pytest.approx(alone.confidence, abs=0.02)  # quantised by the batch


def test_next_to_nothing_has_no_words(moonshine: MoonshineRecognizer) -> None:
    [transcript] = moonshine.transcribe([Segment(np.zeros(1, np.float32), 0.0)])
    assert transcript.words == ()
    assert moonshine.transcribe([]) == []


def test_another_language_is_refused(moonshine: MoonshineRecognizer) -> None:
    assert moonshine.capabilities.languages == ("en",)
    with pytest.raises(ValueError, match="knows English only, not zh"):
        moonshine.transcribe([Segment(np.zeros(16_000, np.float32), 0.0, "zh")])


def test_what_is_no_sound_is_refused(moonshine: MoonshineRecognizer, answers: dict[str, SpokenAnswer]) -> None:
    sounds = [answers["en-2"].audio[:32_000], np.full(8_000, np.nan, np.float32)]
    with pytest.raises(NotFinite) as refusal:
        moonshine.transcribe([Segment(sound, 0.0, "en") for sound in sounds])
    assert refusal.value.rows == (1,)
