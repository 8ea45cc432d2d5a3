"""A recording goes in; what was said and how it was said come out."""

import io
from pathlib import Path

import media_samples
import pytest
from speech_samples import SpokenAnswer

from loadtests.recording import compose, decode
from models.media.errors import MediaError
from models.speech.recognition import SpeechReader, merge, recognise
from models.speech.transcript import Transcript, Word
from models.speech.vad import SileroVad
from models.speech.whisper import WhisperRecognizer

pytestmark = pytest.mark.integration


def test_an_answer_with_a_pause(
    recognizer: WhisperRecognizer, vad: SileroVad, answers: dict[str, SpokenAnswer]
) -> None:
    answer = answers["en-1"]
    speech = recognise(SpeechReader(answer.path, vad, "en"), recognizer.transcribe, recognizer.name)
    assert speech.problems == ()
    assert speech.seconds == pytest.approx(len(answer.audio) / 16_000)
    kinds = {seen.kind: seen for seen in speech.delivery}
    assert set(kinds) == {"speech_rate", "pause", "filler", "pitch_variation", "loudness_variation", "talk_ratio"}
    [pause] = [seen for seen in speech.delivery if seen.kind == "pause"]
    assert pause.value == pytest.approx(3.4, abs=0.4)
    assert {"um", "uh"} <= {seen.label for seen in speech.delivery if seen.kind == "filler"}
    [overall] = [seen.value for seen in speech.delivery if seen.label == "overall"]
    assert overall is not None and 140 < overall < 190


def test_a_cut_recording_is_transcribed_as_far_as_it_goes(
    recognizer: WhisperRecognizer, vad: SileroVad, answers: dict[str, SpokenAnswer]
) -> None:
    cut = media_samples.truncated(compose(decode(answers["zh-1"].path), None), 0.3)
    speech = recognise(SpeechReader(io.BytesIO(cut), vad, "zh"), recognizer.transcribe, recognizer.name)
    assert speech.problems == ("ends-early",)
    assert "客户" in speech.transcript.text


def test_silence_has_no_words(recognizer: WhisperRecognizer, vad: SileroVad) -> None:
    reader = SpeechReader(io.BytesIO(media_samples.silence(5.0)), vad, "zh")
    speech = recognise(reader, recognizer.transcribe, recognizer.name)
    assert (speech.transcript.language, speech.transcript.words) == ("zh", ())
    assert [(seen.kind, seen.value) for seen in speech.delivery] == [("talk_ratio", 0.0)]


def test_what_cannot_be_read_is_refused(recognizer: WhisperRecognizer, vad: SileroVad, tmp_path: Path) -> None:
    path = tmp_path / "answer.mp4"
    path.write_bytes(media_samples.text_named_mp4())
    with pytest.raises(MediaError) as refusal:
        recognise(SpeechReader(path, vad), recognizer.transcribe, recognizer.name)
    assert refusal.value.code == "media-unreadable"


def test_segments_are_merged_in_order() -> None:
    def part(language: str, *words: str) -> Transcript:
        return Transcript(
            language=language,  # type: ignore[arg-type]
            words=tuple(Word(text=word, start=0, end=1, confidence=0.5) for word in words),
            confidence=0.5,
            recognizer="engine",
        )

    merged = merge([part("zh", "你", "好"), part("en", "hello")], "engine")
    assert (merged.text, merged.language, merged.confidence) == ("你好hello", "zh", 0.5)
    assert merge([], "engine", "zh").language == "zh"
