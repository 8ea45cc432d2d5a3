"""A recording goes in; what was said and how it was said come out."""

import io
from pathlib import Path

import media_samples
import numpy as np
import pytest
from speech_samples import SpokenAnswer, recognise

from loadtests.recording import compose, decode
from models.media.errors import MediaError
from models.speech.delivery import observe_delivery
from models.speech.recognition import SpeechListener, SpeechReader, merge
from models.speech.transcript import Transcript, Word
from models.speech.vad import SileroVad
from models.speech.whisper import WhisperRecognizer

pytestmark = pytest.mark.integration


def test_an_answer_with_a_pause(
    recognizer: WhisperRecognizer, vad: SileroVad, answers: dict[str, SpokenAnswer]
) -> None:
    answer = answers["en-1"]
    reader = SpeechReader(answer.path, vad, "en")
    transcript = recognise(reader, recognizer.transcribe, recognizer.name)
    assert reader.problems == ()
    assert reader.seconds == pytest.approx(len(answer.audio) / 16_000)
    delivery = observe_delivery(transcript, reader.prosody, reader.seconds)
    kinds = {seen.kind: seen for seen in delivery}
    assert set(kinds) == {"speech_rate", "pause", "filler", "pitch_variation", "loudness_variation", "talk_ratio"}
    [pause] = [seen for seen in delivery if seen.kind == "pause"]
    assert pause.value == pytest.approx(3.4, abs=0.4)
    assert {"um", "uh"} <= {seen.label for seen in delivery if seen.kind == "filler"}
    [overall] = [seen.value for seen in delivery if seen.label == "overall"]
    assert overall is not None and 140 < overall < 190


def test_a_cut_recording_is_transcribed_as_far_as_it_goes(
    recognizer: WhisperRecognizer, vad: SileroVad, answers: dict[str, SpokenAnswer]
) -> None:
    cut = media_samples.truncated(compose(decode(answers["zh-1"].path), None), 0.3)
    reader = SpeechReader(io.BytesIO(cut), vad, "zh")
    transcript = recognise(reader, recognizer.transcribe, recognizer.name)
    assert reader.problems == ("ends-early",)
    assert "客户" in transcript.text


def test_silence_has_no_words(recognizer: WhisperRecognizer, vad: SileroVad) -> None:
    reader = SpeechReader(io.BytesIO(media_samples.silence(5.0)), vad, "zh")
    transcript = recognise(reader, recognizer.transcribe, recognizer.name)
    assert (transcript.language, transcript.words) == ("zh", ())
    delivery = observe_delivery(transcript, reader.prosody, reader.seconds)
    assert [(seen.kind, seen.value) for seen in delivery] == [("talk_ratio", 0.0)]


def test_pushed_sound_gives_the_segments_of_the_recording_as_they_complete(
    vad: SileroVad, answers: dict[str, SpokenAnswer]
) -> None:
    answer = answers["zh-1"]
    reader = SpeechReader(answer.path, vad, "zh")
    whole = list(reader.segments())
    listener = SpeechListener(vad, "zh")
    pieces, heard_at = [], []
    for first in range(0, len(answer.audio), 3_200):
        for segment in listener.push(answer.audio[first : first + 3_200]):
            pieces.append(segment)
            heard_at.append(listener.seconds)
    pieces += listener.finish()
    assert len(whole) == 2 and len(heard_at) >= 1
    assert heard_at[0] < pieces[1].start + 0.5  # the first was given before the second began to be heard
    for ours, theirs in zip(pieces, whole, strict=True):
        assert (ours.start, ours.spans, ours.language) == (theirs.start, theirs.spans, theirs.language)
        np.testing.assert_array_equal(ours.audio, theirs.audio)
    assert listener.seconds == pytest.approx(reader.seconds)
    assert [part.spans for part in listener.prosody] == [part.spans for part in reader.prosody]


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
