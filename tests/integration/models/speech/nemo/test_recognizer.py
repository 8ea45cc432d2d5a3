"""A .nemo checkpoint writes down what is said, alone and in batches, with times and how sure it is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.speech.contract import Segment
from models.speech.nemo.recognizer import NemoRecognizer

pytestmark = pytest.mark.integration


def test_names_itself_and_what_it_can(recognizer: NemoRecognizer) -> None:
    assert recognizer.name == "tones/nemo-3.0.0"
    assert recognizer.capabilities.languages == ("en",)
    assert recognizer.capabilities.word_times and not recognizer.capabilities.streaming


def test_what_was_said_and_when(recognizer: NemoRecognizer, speak: Callable[..., Any]) -> None:
    spoken = [speak(None, seed) for seed in range(12)]
    transcripts = recognizer.transcribe([Segment(one.audio, start=100.0, language="en") for one in spoken])
    assert [transcript.text for transcript in transcripts] == [one.text for one in spoken]
    for transcript, one in zip(transcripts, spoken, strict=True):
        assert transcript.recognizer == recognizer.name and transcript.language == "en"
        assert 0.6 < transcript.confidence <= 1
        for word, (start, end) in zip(transcript.words, one.spans, strict=True):
            assert start + 100 - 0.1 < word.start < word.end < end + 100 + 0.25
            assert 0.3 < word.confidence <= 1


def test_a_batch_is_as_its_rows_alone(recognizer: NemoRecognizer, speak: Callable[..., Any]) -> None:
    segments = [Segment(speak(None, seed).audio, start=float(seed)) for seed in range(20, 30)]
    together = recognizer.transcribe(segments)
    for segment, transcript in zip(segments, together, strict=True):
        [alone] = recognizer.transcribe([segment])
        assert alone.text == transcript.text
        for ours, theirs in zip(alone.words, transcript.words, strict=True):
            assert (ours.start, ours.end) == (theirs.start, theirs.end)
            assert ours.confidence == pytest.approx(theirs.confidence, abs=1e-3)


def test_nothing_said(recognizer: NemoRecognizer) -> None:
    sounds = [np.zeros(0, np.float32), np.zeros(10, np.float32), np.zeros(16_000, np.float32)]
    assert [transcript.words for transcript in recognizer.transcribe([Segment(sound, 0.0) for sound in sounds])] == [
        (),
        (),
        (),
    ]
    assert recognizer.transcribe([]) == []


def test_a_language_it_does_not_speak(recognizer: NemoRecognizer) -> None:
    with pytest.raises(ValueError, match=r"^tones speaks en, not zh$"):
        recognizer.transcribe([Segment(np.zeros(16_000, np.float32), 0.0, "zh")])


def test_ctc(ctc: Path, speak: Callable[..., Any]) -> None:
    recognizer = NemoRecognizer(ctc)
    spoken = [speak(None, seed) for seed in range(12)]
    transcripts = recognizer.transcribe([Segment(one.audio, start=0.0) for one in spoken])
    assert [transcript.text for transcript in transcripts] == [one.text for one in spoken]
    for transcript, one in zip(transcripts, spoken, strict=True):
        assert 0.6 < transcript.confidence <= 1
        for word, (start, end) in zip(transcript.words, one.spans, strict=True):
            assert start - 0.1 < word.start < word.end < end + 0.25


def test_tdt(tdt: Path, speak: Callable[..., Any]) -> None:
    recognizer = NemoRecognizer(tdt)
    spoken = [speak(None, seed) for seed in range(12)]
    transcripts = recognizer.transcribe([Segment(one.audio, start=0.0) for one in spoken])
    assert [transcript.text for transcript in transcripts] == [one.text for one in spoken]
    for transcript, one in zip(transcripts, spoken, strict=True):
        [alone] = recognizer.transcribe([Segment(one.audio, start=0.0)])
        assert alone.text == transcript.text
        assert 0.6 < transcript.confidence <= 1
        for word, same, (start, end) in zip(transcript.words, alone.words, one.spans, strict=True):
            assert start - 0.1 < word.start < word.end < end + 0.4
            assert (word.start, word.end) == (same.start, same.end)
