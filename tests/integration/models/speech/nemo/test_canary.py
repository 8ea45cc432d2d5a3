"""A prompted checkpoint writes the language it is asked for, with times, alone as in batches."""

import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
import pytest
from omegaconf import OmegaConf
from small_canary import CHARACTERS

from models.speech.contract import Segment
from models.speech.nemo.checkpoint import CheckpointError
from models.speech.nemo.recognizer import NemoRecognizer
from models.speech.nemo.streaming import NemoStreamingRecognizer

pytestmark = pytest.mark.integration

EVEN = (0.15, 0.25)  # the pauses that it was trained with
SENTENCES = ["kilo golf echo", "hotel alpha", "zulu", "zulu golf hotel", "echo kilo alpha"]


@pytest.fixture(scope="module")
def spoken(canary: Path) -> NemoRecognizer:
    return NemoRecognizer(canary)


@pytest.fixture(scope="module")
def untimed(canary: Path, tmp_path_factory: pytest.TempPathFactory) -> NemoRecognizer:
    """As Canary 1B v2 is: it brings a second model for word times, here one that nobody should open."""
    folder = tmp_path_factory.mktemp("untimed")
    with tarfile.open(canary) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    (folder / "unpacked" / "timestamps_asr_model_config.yaml").write_text("target: os.system")
    (folder / "unpacked" / "timestamps_asr_model_weights.ckpt").write_bytes(b"no weights")
    with tarfile.open(folder / "untimed.nemo", "w") as archive:
        archive.add(folder / "unpacked", arcname=".")
    return NemoRecognizer(folder / "untimed.nemo")


def test_names_itself_and_what_it_can(spoken: NemoRecognizer) -> None:
    assert spoken.name == "tones-canary/nemo-3.0.0"
    assert spoken.capabilities.languages == ("zh", "en")
    assert spoken.capabilities.word_times and not spoken.capabilities.streaming


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("engine", "late_s"), [("spoken", 0.3), ("untimed", 0.6)])
def test_what_was_said_and_when(
    engine: str, late_s: float, language: Any, speak: Callable[..., Any], request: pytest.FixtureRequest
) -> None:
    recognizer: NemoRecognizer = request.getfixturevalue(engine)
    said = [speak(text, seed, EVEN) for seed, text in enumerate(SENTENCES)]
    transcripts = recognizer.transcribe([Segment(one.audio, start=100.0, language=language) for one in said])
    texts = [[CHARACTERS[word] for word in one.words] if language == "zh" else [*one.words] for one in said]
    heard = [[word.text for word in transcript.words] for transcript in transcripts]
    assert jiwer.wer([" ".join(text) for text in texts], [" ".join(words) for words in heard]) < 0.2
    assert sum(text == words for text, words in zip(texts, heard, strict=True)) >= 3
    for transcript, text, words, one in zip(transcripts, texts, heard, said, strict=True):
        assert transcript.language == language and 0.5 < transcript.confidence <= 1
        for word, (start, end) in zip(transcript.words, one.spans, strict=False) if text == words else ():
            assert word.start == pytest.approx(start + 100, abs=late_s)
            assert word.end == pytest.approx(end + 100, abs=late_s)
            assert word.start < word.end and 0.2 < word.confidence <= 1


def test_a_batch_is_as_its_rows_alone(spoken: NemoRecognizer, speak: Callable[..., Any]) -> None:
    segments = [
        Segment(speak(text, seed, EVEN).audio, start=float(seed), language=("en", "zh", None)[seed % 3])  # type: ignore[arg-type]
        for seed, text in enumerate(SENTENCES)
    ]
    for segment, transcript in zip(segments, spoken.transcribe(segments), strict=True):
        [alone] = spoken.transcribe([segment])
        assert (alone.text, alone.language) == (transcript.text, transcript.language)
        for ours, theirs in zip(alone.words, transcript.words, strict=True):
            assert (ours.start, ours.end) == (theirs.start, theirs.end)
            assert ours.confidence == pytest.approx(theirs.confidence, abs=1e-3)


def test_an_unknown_language_is_the_surest(spoken: NemoRecognizer, speak: Callable[..., Any]) -> None:
    audio = speak("hotel alpha", 1, EVEN).audio
    asked = [spoken.transcribe([Segment(audio, 0.0, language)])[0] for language in spoken.capabilities.languages]
    [open_to_all] = spoken.transcribe([Segment(audio, 0.0)])
    best = max(asked, key=lambda transcript: transcript.confidence)
    assert (open_to_all.text, open_to_all.language) == (best.text, best.language)


def test_sound_of_any_length_comes_back(spoken: NemoRecognizer) -> None:
    sounds = [np.zeros(0, np.float32), np.zeros(10, np.float32), np.zeros(16_000, np.float32)]
    transcripts = spoken.transcribe([Segment(sound, 0.0, "en") for sound in sounds])
    assert len(transcripts) == 3
    assert spoken.transcribe([]) == []


def test_it_does_not_stream(canary: Path) -> None:
    with pytest.raises(CheckpointError, match=r"^tones-canary\.nemo: it is prompted, as Canary is, and serves offline"):
        NemoStreamingRecognizer(canary)


def test_a_prompt_that_its_tokens_cannot_write(canary: Path, tmp_path: Path) -> None:
    with tarfile.open(canary) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    path = tmp_path / "unpacked" / "model_config.yaml"
    config = OmegaConf.load(path)
    config.prompt_defaults = [{"role": "user", "slots": {"emotion": "<|emo:angry|>"}}]
    OmegaConf.save(config, path)
    with tarfile.open(tmp_path / "angry.nemo", "w") as archive:
        archive.add(tmp_path / "unpacked", arcname=".")
    with pytest.raises(CheckpointError, match=r"^angry\.nemo: NeMo cannot prompt it \(.*emo:angry.*\)$"):
        NemoRecognizer(tmp_path / "angry.nemo")
