"""The evaluation counts what it says it counts."""

import json
import wave
from pathlib import Path

import pytest

from models.speech.transcript import Language, Transcript, Word
from ops.evaluate.speech import evaluate_speech

pytestmark = pytest.mark.unit

# What the two engines write, by file.
OURS = {"en.wav": "The cat sat on a mat", "zh.wav": "有14个人", "noise.wav": "", "music.wav": "Thank you", "um.wav": ""}
BARE = {"en.wav": "The cat sat on mat", "zh.wav": "有四个人", "noise.wav": "oh", "music.wav": "Thank you", "um.wav": ""}
MANIFEST: list[dict[str, object]] = [
    {"path": "en.wav", "ref": "the cat sat on the mat", "lang": "en", "style": "read"},
    {"path": "zh.wav", "ref": "有十四個人", "lang": "zh", "style": "chat"},
    {"path": "noise.wav", "label": "no_speech", "expected_transcript": ""},
    {"path": "music.wav", "label": "no_speech"},
    {"path": "um.wav", "ref": "um", "lang": "en (broadcast)", "style": "chat"},
    {"path": "broken.wav", "label": "corrupt"},
    {"path": "missing.wav", "ref": "nothing", "lang": "en"},
    {"path": "klingon.wav", "ref": "nuqneH", "lang": "tlh"},
    {"path": "crash.wav", "ref": "boom", "lang": "en"},
    {"path": "unlabelled.wav"},
    {"path": "face.jpg", "label": "neutral"},
]


def transcribe(path: Path, language: Language | None) -> Transcript:
    if path.name == "crash.wav":
        raise RuntimeError("the engine gave up")
    text = OURS[path.name]
    words = tuple(Word(text=word, start=0, end=0, confidence=1) for word in text.split())
    return Transcript(language=language or "en", words=words, confidence=1, recognizer="test")


def bare(path: Path, language: Language | None) -> str:
    return BARE[path.name]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in (*OURS, "klingon.wav", "crash.wav", "unlabelled.wav", "face.jpg"):
        with wave.open(str(tmp_path / name), "wb") as file:
            file.setparams((1, 2, 16_000, 0, "NONE", "not compressed"))
            file.writeframes(bytes(32_000))
    (tmp_path / "broken.wav").write_bytes((tmp_path / "en.wav").read_bytes()[:10_044])
    lines = [json.dumps(entry, ensure_ascii=False) for entry in MANIFEST]
    (tmp_path / "manifest.jsonl").write_text("\n".join([*lines, "{oops"]), encoding="utf-8")
    return tmp_path


def test_error_rates_errors_and_inventions(data: Path) -> None:
    found = evaluate_speech(data, transcribe, bare)
    assert (found.wer, found.bare_wer) == (pytest.approx(1 / 6), pytest.approx(1 / 6))
    assert (found.cer, found.bare_cer) == (0.0, pytest.approx(1 / 5))
    assert (found.silent_files, found.hallucinated, found.hallucinated_files) == (2, 1, ("music.wav",))
    assert found.bare_hallucinated == 2
    assert (found.files, found.errors, found.audio_s) == (11, 6, 5.0)
    reasons = {Path(error.path.split(":")[0]).name: error.reason for error in found.error_files}
    assert "No such file" in reasons.pop("missing.wav")
    assert reasons.pop("manifest.jsonl").startswith("not JSON")
    assert reasons == {
        "broken.wav": "damaged: corrupt-parts, ends-early",
        "klingon.wav": "unknown language 'tlh': zh and en are known",
        "crash.wav": "the engine gave up",
        "unlabelled.wav": 'has no "ref" and is not labelled as without speech',
    }
    assert found.rtfx is not None and found.rtfx > 0


def test_each_style_by_itself(data: Path) -> None:
    styles = evaluate_speech(data, transcribe, bare).styles
    assert styles["read"].wer == pytest.approx(1 / 6)
    assert (styles["chat"].wer, styles["chat"].cer) == (None, 0.0)  # um says nothing that is scored
