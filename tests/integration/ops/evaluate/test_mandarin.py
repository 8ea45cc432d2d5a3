"""The steps on Mandarin are measured on a recording of the project's own."""

import json
from pathlib import Path

import pytest

import loadtests
from loadtests.recording import SAMPLE_RATE, compose, decode
from ops.evaluate.mandarin import STEPS, evaluate_mandarin

pytestmark = pytest.mark.integration


def test_every_step_is_measured(models_dir: Path, tmp_path: Path) -> None:
    for language in ("zh", "en"):
        speech = decode(Path(loadtests.__file__).parent / "recordings" / f"{language}-2.opus")[: int(3.9 * SAMPLE_RATE)]
        (tmp_path / f"{language}.webm").write_bytes(compose(speech, None))
    lines = [
        {"path": "zh.webm", "lang": "zh", "ref": "我觉得最重要的是大家要经常沟通。"},
        {"path": "gone.webm", "lang": "zh", "ref": "不在"},
        {"path": "en.webm", "lang": "en", "ref": "I think the most important thing is that people talk to each other."},
        {"path": "zh.webm", "lang": "fr", "ref": "not counted"},
    ]
    (tmp_path / "manifest.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    found = evaluate_mandarin(tmp_path, models_dir / "whisper-base")
    assert (found.files, [error.path for error in found.errors]) == (3, ["gone.webm"])
    assert list(found.cer) == ["greedy, as written", "greedy, in Simplified", "greedy", *STEPS]
    assert all(rate < 0.15 for rate in found.cer.values())
    assert found.keywords == 1 and found.heard["keywords"] == 1
    assert set(found.served) == {"zh", "en"}
    for served in found.served.values():
        assert (served.files, served.keywords, set(served.heard.values())) == (1, 1, {1})
        assert set(served.error_rate) == set(served.seconds) == {"nothing", "keywords", "others' keywords"}
        assert all(rate < 0.15 for rate in served.error_rate.values()) and min(served.seconds.values()) > 0
