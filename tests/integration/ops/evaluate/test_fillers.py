"""Fillers and pauses of the shipped engine are measured on recordings of the project's own."""

import json
from pathlib import Path

import pytest
from speech_samples import recognise, spoken_answers

from models.speech.recognition import SpeechReader
from models.speech.transcript import Language, Transcript
from models.speech.vad import SileroVad
from models.speech.whisper import WhisperRecognizer
from ops.evaluate.fillers import Span, evaluate_fillers

pytestmark = pytest.mark.integration


def test_fillers_and_pauses_of_an_answer(models_dir: Path, tmp_path: Path) -> None:
    answer = spoken_answers()["en-1"]
    # Its pause of 3.4 s, where the voice stops and goes on.
    vad_entries = [["speech", 0.5, 22.9], ["silence", 22.9, 26.3], ["speech", 26.3, 37.8]]
    line = {"path": str(answer.path), "lang": "en", "ref": answer.spoken, "vad": vad_entries}
    (tmp_path / "manifest.jsonl").write_text(json.dumps(line), encoding="utf-8")
    vad, recognizer = SileroVad(), WhisperRecognizer(models_dir / "whisper-base")

    def listen(path: Path, language: Language | None) -> tuple[Transcript, list[Span]]:
        reader = SpeechReader(path, vad, language)
        transcript = recognise(reader, recognizer.transcribe, recognizer.name)
        return transcript, [span for part in reader.prosody for span in part.spans]

    found = evaluate_fillers(tmp_path, listen)
    assert (found.files, found.errors, found.expected) == (1, 0, 2)
    assert found.f1 == 1.0
    assert found.pauses == 1
    assert found.pause_mae_s is not None and found.pause_mae_s < 0.5
