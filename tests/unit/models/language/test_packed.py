from pathlib import Path

import numpy as np
import pytest

from models.language.packed import PackedModelError, Quantised, read_packed_model

pytestmark = pytest.mark.unit


def test_weights_are_unpacked_low_halves_first() -> None:
    nibbles = np.zeros((1, 1, 16), np.uint8)
    nibbles[0, 0, 0] = 0x9F  # weight 0 is 15 - 8, weight 16 is 9 - 8
    weights = Quantised(nibbles, np.array([[0.5]], np.float16)).to_float()

    assert weights.shape == (1, 32)
    assert (weights[0, 0], weights[0, 16], weights[0, 1]) == (3.5, 0.5, -4.0)


def test_a_missing_file_names_the_fix(tmp_path: Path) -> None:
    with pytest.raises(PackedModelError, match="parley models fetch"):
        read_packed_model(tmp_path / "absent.bin")


@pytest.mark.parametrize("content", [b"", b"E5S1", b"not a model at all, but long enough to hold a header of one"])
def test_a_damaged_file_names_the_fix(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.bin").write_bytes(content)

    with pytest.raises(PackedModelError, match=r"model\.bin is damaged"):
        read_packed_model(tmp_path / "model.bin")
