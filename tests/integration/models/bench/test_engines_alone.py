"""Tiny runs of the benchmarks of engines alone, with the real models and with random ones."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import loadtests
from models.bench import ceiling, faces, speech, whisper_network
from models.bench.faces import bench_face_engine
from models.bench.speech import bench_speech_engines, segments_of
from models.graphs.errors import NoAccelerator

pytestmark = pytest.mark.integration

ANSWER = Path(loadtests.__file__).parent / "recordings" / "en-1.opus"


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ceiling, "SECONDS", 0.1)
    monkeypatch.setattr(speech, "CPU_ROWS", 1)
    monkeypatch.setattr(speech, "ROUNDS", {"cpu": 1})
    monkeypatch.setattr(speech, "SEGMENT_S", 4.0)
    monkeypatch.setattr(whisper_network, "TOKENS", 6)
    monkeypatch.setattr(faces, "CPU_FRAMES", 2)
    monkeypatch.setattr(faces, "ROUNDS", {"cpu": 1})


@pytest.mark.usefixtures("tiny")
def test_faces_of_random_weights_are_the_same_work(models_dir: Path, tmp_path: Path) -> None:
    real, random = bench_face_engine(models_dir), bench_face_engine(tmp_path)
    assert (real.weights, random.weights) == ("real", "random")
    assert real.faces == random.faces == 2
    assert random.gmacs_per_frame == pytest.approx(real.gmacs_per_frame, rel=0.002)
    assert random.mbytes_per_frame == pytest.approx(real.mbytes_per_frame, rel=0.002)
    for result in (real, random):
        assert result.ratio_to_floor == pytest.approx(result.fps.median / result.floor_fps, rel=0.02)
        assert 0 < result.ratio_to_floor < 1.5 and result.memory_gib > 0.1


@pytest.mark.usefixtures("tiny")
def test_whisper_of_random_weights_writes_all_its_tokens(tmp_path: Path) -> None:
    result = bench_speech_engines(tmp_path, [(ANSWER, "en")])
    (network,) = result.engines
    assert (network.weights, network.tokens, network.rows) == ("random", 6, 1)
    assert network.ratio_to_floor == pytest.approx(network.rtfx.median / network.floor_rtfx, rel=0.02)
    assert result.left_out == f"engines: there is no Whisper in {tmp_path / 'whisper-base'}"


@pytest.mark.usefixtures("tiny")
def test_engines_are_measured_on_speech(models_dir: Path) -> None:
    result = bench_speech_engines(models_dir, [(ANSWER, "en")])
    names = [engine.engine for engine in result.engines]
    assert [name.partition("-")[0] for name in names] == ["network/torch", "whisper", "whisper"]
    assert "torch" in names[1] and "ctranslate2" in names[2] and not result.left_out
    assert [engine.numbers for engine in result.engines] == ["float32", "float32", "int8"]
    # Both write down the same speech: about three words a second.
    assert result.engines[1].tokens == pytest.approx(result.engines[2].tokens, abs=3) and result.engines[1].tokens > 5
    assert all(0 < engine.ratio_to_floor < 1.5 for engine in result.engines)


def test_segments_are_whole_and_differ() -> None:
    segments = segments_of([(ANSWER, "en")], 5)
    assert {segment.seconds for segment in segments} == {28.0}
    assert len({segment.audio.tobytes() for segment in segments}) == 5


def test_a_gpu_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    for bench in (bench_face_engine, bench_speech_engines):
        with pytest.raises(NoAccelerator, match="The device cuda was asked for"):
            bench(tmp_path, device="cuda")


def test_the_command_runs_without_ray_and_the_other_rooms(tmp_path: Path) -> None:
    script = (
        "import runpy, sys\n"
        "class Refused:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name.partition('.')[0] in ('ray', 'serving', 'storage', 'frontends', 'ops', 'loadtests'):\n"
        "            raise ImportError(name)\n"
        "sys.meta_path.insert(0, Refused())\n"
        "import models.bench.ceiling as ceiling, models.bench.faces as faces\n"
        "ceiling.SECONDS, faces.CPU_FRAMES = 0.1, 1\n"
        "sys.argv = ['bench', 'faces', '--json']\n"
        "runpy.run_module('models.bench', run_name='__main__')\n"
    )
    environment = os.environ | {"PARLEY_MODELS_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["weights"] == "random"


def test_a_gpu_that_is_not_there_is_one_line_and_no_traceback() -> None:
    command = [sys.executable, "-m", "models.bench", "speech", "--device", "cuda"]
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and not done.stdout
    assert done.stderr.startswith("models.bench: The device cuda was asked for") and done.stderr.count("\n") == 1
