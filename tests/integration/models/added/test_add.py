"""Packs, graphs and wrong files, through the command that an operator uses."""

import tarfile
from pathlib import Path

import pytest
from face_pack import build_pack
from typer.testing import CliRunner

from models.added import WrongFile, added_model, added_models
from models.added.add import add_model
from models.faces.exported import exported_graphs
from models.faces.pack import PackFaceEngine
from ops.cli import app
from ops.progress import console

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def pack(models_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_pack(tmp_path_factory.mktemp("packs") / "ours", models_dir)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "models"


def test_a_pack_is_tried_recorded_and_served(pack: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_MODELS_DIR", str(root))
    refused = CliRunner().invoke(app, ["models", "add", str(pack)])
    assert isinstance(refused.exception, WrongFile)
    assert "non-commercial" in str(refused.exception) and "--accept-licence" in str(refused.exception)
    assert not (root / "added" / "ours").exists()
    done = CliRunner().invoke(app, ["models", "add", str(pack), "--accept-licence"], catch_exceptions=False)
    assert done.exit_code == 0 and "6 faces" in done.stderr
    added = added_model("ours", root)
    assert added is not None and added_models(root) == [added]
    assert (added.kind, added.accepted, added.version) == ("insightface-pack", True, added.sha256[:12])
    PackFaceEngine(added.path(root))


def test_a_wrong_pack_is_refused_and_the_old_version_stays(
    pack: Path, root: Path, models_dir: Path, tmp_path: Path
) -> None:
    old = add_model(pack, root, accept_licence=True)
    faceless = build_pack(tmp_path / "faceless", models_dir, detector=False)
    broken = build_pack(tmp_path / "broken", models_dir)
    (broken / "det.onnx").write_bytes((pack / "det.onnx").read_bytes()[:100_000])
    empty = tmp_path / "empty"
    empty.mkdir()
    for wrong, reason in ((faceless, "no face detector"), (broken, "cannot be loaded"), (empty, "no insightface pack")):
        with pytest.raises(WrongFile, match=reason) as raised:
            add_model(wrong, root, name="ours", accept_licence=True)
        assert "\n" not in str(raised.value)
    assert added_model("ours", root) == old
    assert sorted(path.name for path in (root / "added" / "ours").iterdir()) == [old.version, "current"]


def test_versions_stand_side_by_side_and_an_old_one_comes_back(
    root: Path, models_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graphs = exported_graphs(models_dir / "centerface", models_dir / "face-api")[1:3]
    files = [tmp_path / f"{entry.name}.onnx" for entry in graphs]
    for file, entry in zip(files, graphs, strict=True):
        file.write_bytes(entry.graph)
    first, second, again = (add_model(file, root, name="net") for file in (*files, files[0]))
    assert first.version == again.version != second.version
    for version in (first, second):
        assert version.path(root).is_file()
    serving = added_model("net", root)
    assert serving is not None and serving.version == first.version and serving.kind == "onnx"
    assert not serving.accepted
    monkeypatch.setenv("PARLEY_MODELS_DIR", str(root))
    # Where the command was imported before, its console has read COLUMNS already.
    monkeypatch.setattr(console, "width", 200)
    listed = CliRunner().invoke(app, ["models", "list"], catch_exceptions=False).stderr
    rows = [line for line in listed.splitlines() if "maker's licence" in line]
    for version, state in ((first, "serves"), (second, "kept")):
        assert [state in row for row in rows if version.version in row] == [True]


def test_files_of_another_kind_are_refused_with_the_reason(root: Path, models_dir: Path, tmp_path: Path) -> None:
    whole = (models_dir / "centerface" / "centerface.onnx").read_bytes()
    text, cut, archive = tmp_path / "text.nemo", tmp_path / "cut.onnx", tmp_path / "photos.nemo"
    text.write_text("not a checkpoint")
    cut.write_bytes(whole[:100_000])
    with tarfile.open(archive, "w") as members:
        members.add(text, "photo.jpg")
    reasons = {
        text: "neither a NeMo checkpoint nor an ONNX graph",
        cut: "cut short",
        archive: "no NeMo checkpoint",
        tmp_path / "gone.onnx": "does not exist",
    }
    for path, reason in reasons.items():
        with pytest.raises(WrongFile, match=reason):
            add_model(path, root)
    with pytest.raises(WrongFile, match="no name for a model"):
        add_model(cut, root, name="../elsewhere")
    assert added_models(root) == []


def test_an_archive_named_as_a_checkpoint_is_opened_without_trust(root: Path, tmp_path: Path) -> None:
    for name in ("model_config.yaml", "model_weights.ckpt"):
        (tmp_path / name).write_text("nothing")
    with tarfile.open(tmp_path / "fake.nemo", "w") as members:
        for name in ("model_config.yaml", "model_weights.ckpt"):
            members.add(tmp_path / name, name)
    with pytest.raises(WrongFile, match=r"fake\.nemo: "):
        add_model(tmp_path / "fake.nemo", root)
    assert added_models(root) == []
