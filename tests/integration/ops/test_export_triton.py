from pathlib import Path

import onnx
import pytest
from typer.testing import CliRunner

from ops.cli import app

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("backend", "files"), [("onnxruntime", {"model.onnx"}), ("python", {"model.onnx", "model.py"})]
)
def test_a_repository_is_written(backend: str, files: set[str], tmp_path: Path) -> None:
    arguments = ["models", "export-triton", str(tmp_path / "repository"), "--backend", backend, "--instances", "2"]
    for _ in range(2):  # the second writes nothing new
        done = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert done.exit_code == 0 and "centerface: version 1" in done.stderr
    names = ["centerface", "face-expressions", "face-identity", "face-landmarks", "text-encoder"]
    assert sorted(path.name for path in (tmp_path / "repository").iterdir()) == names
    for name in names:
        folder = tmp_path / "repository" / name
        assert {path.name for path in (folder / "1").iterdir()} == files
        onnx.checker.check_model(folder / "1" / "model.onnx")
        config = (folder / "config.pbtxt").read_text()
        assert f'backend: "{backend}"' in config and "dynamic_batching" in config and "count: 2" in config
