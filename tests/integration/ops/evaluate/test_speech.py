"""The evaluation of the shipped engine against the bare one, on recordings of the project's own."""

import json
from pathlib import Path

import media_samples
import pytest
from speech_samples import recognise

import loadtests
from loadtests.recording import SAMPLE_RATE, compose, decode
from models.speech.recognition import SpeechReader
from models.speech.transcript import Language, Transcript
from models.speech.vad import SileroVad
from models.speech.whisper import WhisperRecognizer
from models.speech.whisper_decoding import BEAM_SIZE
from ops.evaluate.bare import BareWhisper
from ops.evaluate.speech import evaluate_speech

pytestmark = pytest.mark.integration


def test_our_path_does_as_well_as_the_bare_engine(models_dir: Path, tmp_path: Path) -> None:
    recordings = Path(loadtests.__file__).parent / "recordings"
    references: dict[str, tuple[Language, str]] = {
        "en-2": ("en", "I think the most important thing is that people talk to each other."),
        "zh-2": ("zh", "我觉得最重要的是大家要经常沟通。"),
    }
    lines = [{"path": "silence.webm", "label": "no_speech"}, {"path": "text.mp4", "label": "corrupt"}]
    for name, (language, reference) in references.items():
        speech = decode(recordings / f"{name}.opus")[: int(3.9 * SAMPLE_RATE)]
        (tmp_path / f"{name}.webm").write_bytes(compose(speech, None))
        lines.append({"path": f"{name}.webm", "ref": reference, "lang": language})
    (tmp_path / "silence.webm").write_bytes(media_samples.silence(3.0))
    (tmp_path / "text.mp4").write_bytes(media_samples.text_named_mp4())
    (tmp_path / "manifest.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")

    vad, recognizer = SileroVad(), WhisperRecognizer(models_dir / "whisper-base")
    bare = BareWhisper(models_dir / "whisper-base", beam_size=BEAM_SIZE)

    def transcribe(path: Path, language: Language | None) -> Transcript:
        return recognise(SpeechReader(path, vad, language), recognizer.transcribe, recognizer.name)

    found = evaluate_speech(tmp_path, transcribe, bare)
    assert (found.files, found.errors, found.hallucinated) == (4, 1, 0)
    assert found.wer is not None and found.bare_wer is not None and found.wer <= found.bare_wer + 0.005
    assert found.cer is not None and found.bare_cer is not None and found.cer <= found.bare_cer + 0.005
    assert found.wer < 0.1 and found.cer < 0.1
    assert found.rtfx is not None and found.bare_rtfx is not None
