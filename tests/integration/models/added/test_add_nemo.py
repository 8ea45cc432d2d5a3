"""A NeMo checkpoint is added, gives way to its next version, and is not displaced by a wrong file."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper
from small_nemo import train_tokenizer, untrained_checkpoint
from typer.testing import CliRunner

from models.added import WrongFile, added_model, added_versions
from models.added.add import add_model
from models.settings import ModelSettings, UnknownEngine
from models.speech.contract import Segment
from models.speech.engines import SpeechListeners, load_speech, speech_version
from ops.cli import app

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two checkpoints of one architecture."""
    folder = tmp_path_factory.mktemp("checkpoints")
    tokenizer = train_tokenizer(folder / "tokenizer")
    return [untrained_checkpoint(folder / f"ours-{seed}.nemo", tokenizer, seed) for seed in range(2)]


@pytest.fixture
def root(tmp_path: Path, models_dir: Path) -> Path:
    """A folder of models of its own, with Whisper for the other language."""
    root = tmp_path / "models"
    root.mkdir()
    (root / "whisper-base").symlink_to(models_dir / "whisper-base")
    return root


def test_versions_follow_each_other_and_wrong_files_change_nothing(
    checkpoints: list[Path], root: Path, tmp_path: Path
) -> None:
    settings = ModelSettings(models_dir=root, speech="ours")
    with pytest.raises(UnknownEngine):
        load_speech(settings, "cpu", 1, SpeechListeners())
    old = add_model(checkpoints[0], root, name="ours")
    assert old.kind == "nemo" and "transcribed two seconds of noise" in old.tried
    engine = load_speech(settings, "cpu", 1, SpeechListeners())
    assert engine.name.startswith(f"ours@{old.version} (nemo-3.0.0) for en, else whisper-base/")
    sound = np.zeros(32_000, np.float32)
    ours, whispers = engine.transcribe([Segment(sound, 0.0, "en"), Segment(sound, 0.0, "zh")])
    assert ours.recognizer == f"ours@{old.version} (nemo-3.0.0)"
    assert whispers.recognizer.startswith("whisper-base/")

    cut = tmp_path / "cut.nemo"
    cut.write_bytes(checkpoints[1].read_bytes()[:200_000])
    with pytest.raises(WrongFile, match="cut") as refused:
        add_model(cut, root, name="ours")
    assert "\n" not in str(refused.value)
    assert added_model("ours", root) == old
    assert speech_version(settings) == f"ours@{old.version}"

    new = add_model(checkpoints[1], root, name="ours")
    assert speech_version(settings) == f"ours@{new.version}" != f"ours@{old.version}"
    assert added_versions(root) == [old, new]
    assert f"ours@{new.version}" in load_speech(settings, "cpu", 1, SpeechListeners()).name


def test_a_checkpoint_speaks_what_is_declared_of_it(
    checkpoints: list[Path], root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARLEY_MODELS_DIR", str(root))
    command = ["models", "add", str(checkpoints[0]), "--name", "ours"]
    refused = CliRunner().invoke(app, [*command, "--language", "zh"])
    assert isinstance(refused.exception, WrongFile) and "no 字 in its vocabulary" in str(refused.exception)
    settings = ModelSettings(models_dir=root, speech="ours")
    versions = []
    for options in ([], ["--language", "en"]):  # the same file: what is declared of it changes
        assert CliRunner().invoke(app, [*command, *options], catch_exceptions=False).exit_code == 0
        versions.append(speech_version(settings))
    assert len(set(versions)) == 2
    added = added_model("ours", root)
    assert added is not None and added.languages == ("en",) and added_versions(root) == [added]
    assert " for en, else" in load_speech(settings, "cpu", 1, SpeechListeners()).name
    graph = tmp_path / "times.onnx"
    onnx.save(helper.make_model(helper.make_graph([], "nothing", [], [])), graph)
    with pytest.raises(WrongFile, match="only those speak"):
        add_model(graph, root, languages=("en",))
