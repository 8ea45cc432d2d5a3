"""Whisper writes down what was said, in both languages, and nothing where nobody speaks."""

import io
from itertools import pairwise

import jiwer
import numpy as np
import pytest
from speech_samples import SpokenAnswer

from loadtests.recording import SAMPLE_RATE, compose, decode
from loadtests.script import load_script
from models.media.audio import decode_audio
from models.speech.contract import Segment
from models.speech.transcript import Language
from models.speech.vad import SileroVad
from models.speech.whisper import WhisperRecognizer
from ops.evaluate.normalise import units

pytestmark = pytest.mark.integration


def error_rate(spoken: str, written: str, answer: SpokenAnswer) -> float:
    reference, result = (" ".join(units(text, answer.language)) for text in (spoken, written))
    return float(jiwer.wer(reference, result))


@pytest.mark.parametrize("name", ["en-1", "zh-1"])
def test_what_was_said(
    recognizer: WhisperRecognizer, vad: SileroVad, answers: dict[str, SpokenAnswer], name: str
) -> None:
    answer = answers[name]
    segments = list(vad.segments([answer.audio], answer.language))
    transcripts = recognizer.transcribe(segments)
    assert error_rate(answer.spoken, " ".join(part.text for part in transcripts), answer) < 0.06
    for transcript, segment in zip(transcripts, segments, strict=True):
        assert (transcript.language, transcript.recognizer) == (answer.language, recognizer.name)
        assert 0.8 < transcript.confidence <= 1
        assert all(before.end <= after.start for before, after in pairwise(transcript.words))
        for word in transcript.words:
            assert segment.start <= word.start <= word.end <= segment.start + segment.seconds


def test_a_batch_may_mix_languages_and_leave_them_open(
    recognizer: WhisperRecognizer, answers: dict[str, SpokenAnswer]
) -> None:
    names = ["zh-2", "en-2", "zh-1", "en-1"]
    pieces = [Segment(answers[name].audio[: 8 * 16_000], start=100.0) for name in names]
    known = [
        Segment(piece.audio, piece.start, answers[name].language) for piece, name in zip(pieces, names, strict=True)
    ]
    open_, told = recognizer.transcribe(pieces), recognizer.transcribe(known)
    assert [transcript.language for transcript in open_] == ["zh", "en", "zh", "en"]
    assert [transcript.text for transcript in open_] == [transcript.text for transcript in told]
    assert all(transcript.words[0].start >= 100 for transcript in open_)


@pytest.mark.parametrize("language", ["en", "zh", None])
def test_nothing_is_written_over_silence_or_noise(recognizer: WhisperRecognizer, language: Language | None) -> None:
    rng = np.random.default_rng(0)
    sounds = [np.zeros(16_000), 0.1 * rng.standard_normal(8_000), 0.02 * rng.standard_normal(12_000)]
    segments = [Segment(sound.astype(np.float32), 0.0, language) for sound in sounds]
    assert [transcript.text for transcript in recognizer.transcribe(segments)] == ["", "", ""]


def test_an_empty_batch(recognizer: WhisperRecognizer) -> None:
    assert recognizer.transcribe([]) == []


def test_names_itself(recognizer: WhisperRecognizer) -> None:
    assert recognizer.name.startswith("whisper-base/ctranslate2-")
    assert recognizer.capabilities.languages == ("zh", "en")


def test_speech_cut_off_in_a_word_is_not_skipped(recognizer: WhisperRecognizer, vad: SileroVad) -> None:
    """Fourteen seconds that end inside a word: the decoder used to jump to the end and write three words."""
    speech = decode(load_script("en").answers[1].speech)[: 15 * SAMPLE_RATE]
    segments = list(vad.segments([decode_audio(io.BytesIO(compose(speech, None))).samples], "en"))
    transcripts = recognizer.transcribe(segments)
    assert "talk to each other" in " ".join(transcript.text for transcript in transcripts)
