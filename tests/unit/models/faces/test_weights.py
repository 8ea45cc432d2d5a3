import json
from pathlib import Path

import numpy as np
import pytest

from models.faces.networks import landmark_network
from models.faces.weights import WeightsError, read_weights

pytestmark = pytest.mark.unit


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model of a quantised and a plain tensor, in two shards."""
    quantised = np.array([[0, 1], [2, 255]], np.uint8).tobytes()
    plain = np.array([1.5, -2.0], "<f4").tobytes()
    (tmp_path / "a.bin").write_bytes((quantised + plain)[:5])
    (tmp_path / "b.bin").write_bytes((quantised + plain)[5:])
    weights = [
        {"name": "q", "shape": [2, 2], "dtype": "float32", "quantization": {"dtype": "uint8", "scale": 0.5, "min": -1}},
        {"name": "p", "shape": [2], "dtype": "float32"},
    ]
    manifest = [{"paths": ["a.bin", "b.bin"], "weights": weights}]
    (tmp_path / "net-weights_manifest.json").write_text(json.dumps(manifest))
    return tmp_path


def test_weights_are_dequantised(folder: Path) -> None:
    weights = read_weights(folder, "net")
    assert weights["q"].tolist() == [[-1.0, -0.5], [0.0, 126.5]]
    assert weights["p"].tolist() == [1.5, -2.0]


@pytest.mark.parametrize("name", ["net-weights_manifest.json", "b.bin"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(WeightsError, match=name):
        read_weights(folder, "net")


def test_a_truncated_shard_is_corrupt(folder: Path) -> None:
    (folder / "b.bin").write_bytes(b"\0")
    with pytest.raises(WeightsError, match=r"corrupt: 6 bytes where 12 belong"):
        read_weights(folder, "net")


@pytest.mark.parametrize("text", ["", "{", "{}", '[{"paths": ["a.bin"]}]'])
def test_a_broken_manifest_is_an_error(folder: Path, text: str) -> None:
    (folder / "net-weights_manifest.json").write_text(text)
    with pytest.raises(WeightsError, match="net-weights_manifest"):
        read_weights(folder, "net")


def test_another_models_weights_are_no_network(folder: Path) -> None:
    (folder / "net-weights_manifest.json").rename(folder / "face_landmark_68_model-weights_manifest.json")
    with pytest.raises(WeightsError, match="lacks the weights"):
        landmark_network(folder)
