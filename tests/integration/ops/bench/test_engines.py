from pathlib import Path

import pytest

from models.bench import ceiling, faces, speech, whisper_network
from ops.bench.engines import bench_engines
from ops.bench.table import show

pytestmark = pytest.mark.integration


def test_a_tiny_run_without_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ceiling, "SECONDS", 0.1)
    monkeypatch.setattr(speech, "CPU_ROWS", 1)
    monkeypatch.setattr(whisper_network, "TOKENS", 2)
    monkeypatch.setattr(faces, "CPU_FRAMES", 1)
    for bench in (speech, faces):
        monkeypatch.setattr(bench, "ROUNDS", {"cpu": 1})
    result = bench_engines(tmp_path, "cpu", 1)
    assert (result.speech.engines[0].weights, result.faces.weights) == ("random", "random")
    show(result)
    printed = capsys.readouterr().out
    assert "there is no Whisper in" in printed and printed.count("ratio_to_floor") == 2
