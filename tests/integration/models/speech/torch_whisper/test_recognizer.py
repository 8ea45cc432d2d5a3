"""Whisper in torch writes what Whisper on CTranslate2 writes, for whole batches, and admits when it cannot."""

from itertools import pairwise
from pathlib import Path

import jiwer
import numpy as np
import pytest
import torch
from scripted_recognizer import ScriptedRecognizer
from speech_samples import SpokenAnswer

from models.speech.contract import Segment
from models.speech.fallback import FallbackCounts, FallbackRecognizer
from models.speech.finite import NotFinite
from models.speech.halving import Halving
from models.speech.torch_whisper.recognizer import TorchWhisperRecognizer
from models.speech.transcript import Language, Transcript
from models.speech.vad import SileroVad
from models.speech.whisper import WhisperRecognizer
from ops.evaluate.normalise import units

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def in_torch(models_dir: Path) -> TorchWhisperRecognizer:
    return TorchWhisperRecognizer(models_dir / "whisper-base")


@pytest.fixture(scope="module")
def heard(answers: dict[str, SpokenAnswer], vad: SileroVad) -> list[Segment]:
    """Every segment of a shipped answer in each language."""
    chosen = [answers["en-1"], answers["zh-1"]]
    return [segment for answer in chosen for segment in vad.segments([answer.audio], answer.language)]


@pytest.fixture(scope="module")
def written(in_torch: TorchWhisperRecognizer, heard: list[Segment]) -> list[Transcript]:
    return in_torch.transcribe(heard)


def test_both_engines_write_the_same(
    written: list[Transcript],
    heard: list[Segment],
    recognizer: WhisperRecognizer,
    answers: dict[str, SpokenAnswer],
) -> None:
    ours, theirs = [list[str](), list[str]()], [list[str](), list[str]()]
    for segment, one, other in zip(heard, written, recognizer.transcribe(heard), strict=True):
        assert one.language == other.language == segment.language
        assert segment.language is not None
        ours[segment.language == "zh"] += units(one.text, segment.language)
        theirs[segment.language == "zh"] += units(other.text, segment.language)
        assert one.confidence == pytest.approx(other.confidence, abs=0.03)
        if [word.text for word in one.words] == [word.text for word in other.words]:
            times = np.array([(word.start, word.end) for word in one.words])
            expected = np.array([(word.start, word.end) for word in other.words])
            assert np.abs(times - expected).mean() < 0.02
    references = [units(answers[name].spoken, answers[name].language) for name in ("en-1", "zh-1")]
    for reference, one, other in zip(references, ours, theirs, strict=True):
        rates = [jiwer.wer(" ".join(reference), " ".join(said)) for said in (one, other)]
        assert abs(rates[0] - rates[1]) <= 0.005


def test_words_have_times_within_their_segment(written: list[Transcript], heard: list[Segment]) -> None:
    for transcript, segment in zip(written, heard, strict=True):
        assert transcript.words
        assert all(before.end <= after.start for before, after in pairwise(transcript.words))
        assert all(segment.start <= word.start <= word.end for word in transcript.words)
        assert transcript.words[-1].end <= segment.start + segment.seconds


def test_a_segment_alone_is_transcribed_as_in_the_batch(
    in_torch: TorchWhisperRecognizer, written: list[Transcript], heard: list[Segment]
) -> None:
    shortest = min(range(len(heard)), key=lambda row: heard[row].seconds)
    [alone] = in_torch.transcribe([heard[shortest]])
    assert alone.text == written[shortest].text
    assert alone.recognizer == in_torch.name == f"whisper-base/torch-{torch.__version__.split('+')[0]}-float32"


def test_an_open_language_is_found(in_torch: TorchWhisperRecognizer, answers: dict[str, SpokenAnswer]) -> None:
    pieces = [Segment(answers[name].audio[: 4 * 16_000], start=100.0) for name in ("zh-2", "en-2")]
    transcripts = in_torch.transcribe(pieces)
    assert [transcript.language for transcript in transcripts] == ["zh", "en"]
    assert all(transcript.words[0].start >= 100 for transcript in transcripts)


@pytest.mark.parametrize("language", ["zh"])
def test_nothing_is_written_over_silence_or_noise(in_torch: TorchWhisperRecognizer, language: Language) -> None:
    rng = np.random.default_rng(0)
    sounds = [np.zeros(16_000), 0.1 * rng.standard_normal(8_000), np.zeros(100)]
    segments = [Segment(sound.astype(np.float32), 0.0, language) for sound in sounds]
    assert [transcript.text for transcript in in_torch.transcribe(segments)] == ["", "", ""]


@pytest.mark.parametrize("timestamps", [True, False])
def test_decoding_again_gives_the_same_words(
    in_torch: TorchWhisperRecognizer,
    answers: dict[str, SpokenAnswer],
    monkeypatch: pytest.MonkeyPatch,
    timestamps: bool,
) -> None:
    """Where the guards want a second decoding, with timestamp tokens or without repeats, the words stay."""
    segment = Segment(answers["en-2"].audio[: 4 * 16_000], 0.0, "en")
    [once] = in_torch.transcribe([segment])
    monkeypatch.setattr(
        "models.speech.torch_whisper.recognizer.spoken_tokens",
        lambda engine, hypotheses, segments, again: [again(0, timestamps).tokens],
    )
    [second] = in_torch.transcribe([segment])
    assert units(second.text, "en")[:10] == units(once.text, "en")[:10]


def test_an_empty_batch(in_torch: TorchWhisperRecognizer) -> None:
    assert in_torch.transcribe([]) == []


def test_what_is_no_sound_is_refused_and_answered_by_another(
    in_torch: TorchWhisperRecognizer, answers: dict[str, SpokenAnswer]
) -> None:
    sound = answers["en-2"].audio[: 2 * 16_000]
    segments = [Segment(sound, 0.0, "en"), Segment(np.full(8_000, np.nan, np.float32), 0.0, "en")]
    with pytest.raises(NotFinite, match=r"whisper-base/torch.* gave numbers that are not finite, for segments 1$"):
        in_torch.transcribe(segments)
    safe = FallbackRecognizer(in_torch, ScriptedRecognizer("other"), deadline_s=60)
    assert [transcript.recognizer for transcript in safe.transcribe(segments)] == ["other", "other"]
    assert safe.counts == FallbackCounts(failed=1)


def test_a_batch_that_does_not_fit_in_memory_is_halved(
    in_torch: TorchWhisperRecognizer, answers: dict[str, SpokenAnswer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The encoder has room for two: torch's own error is what the third row meets."""
    encode = in_torch._network.encoder.forward

    def with_room_for_two(features: torch.Tensor) -> torch.Tensor:
        if len(features) > 2:
            torch.empty(1 << 60, dtype=torch.uint8)
        return encode(features)

    monkeypatch.setattr(in_torch._network.encoder, "forward", with_room_for_two)
    names = ["en-1", "zh-1", "en-2"]
    pieces = [Segment(answers[name].audio[: 3 * 16_000], 0.0, answers[name].language) for name in names]
    halving = Halving(in_torch.transcribe)
    transcripts = halving(pieces)
    assert [transcript.language for transcript in transcripts] == ["en", "zh", "en"]
    assert all(transcript.words for transcript in transcripts)
    assert halving.halved == 1
