from pathlib import Path

import numpy as np
import pytest

from models.language.calibration import Calibration

pytestmark = pytest.mark.unit


def test_the_shared_part_and_the_nuisance_are_removed() -> None:
    calibration = Calibration("m", [1.0, 0, 0, 0], [[0, 1.0, 0, 0]], 0.0, 1.0, 0.3, 0.6, 0, 0.0)
    a = np.array([[1.0, 5.0, 1.0, 0.0]], np.float32)
    b = np.array([[1.0, -3.0, 2.0, 0.0], [1.0, 5.0, 0.0, 1.0]], np.float32)

    assert calibration.similarity(a, b).tolist() == [[1.0, 0.0]]


def test_the_scale_runs_from_unrelated_to_same() -> None:
    calibration = Calibration("m", [0.0, 0.0], [[0.0, 0.0]], 0.2, 0.8, 0.3, 0.6, 0, 0.0)
    angles = np.arccos(np.array([0.1, 0.2, 0.5, 0.8, 0.9]))
    others = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)

    assert calibration.similarity(np.array([[1.0, 0.0]], np.float32), others)[0] == pytest.approx(
        [0.0, 0.0, 0.5, 1.0, 1.0], abs=1e-5
    )


def test_the_shipped_calibration_survives_a_round_trip(tmp_path: Path) -> None:
    shipped = Calibration.load()
    (tmp_path / "again.json").write_text(shipped.dump())

    assert Calibration.load(tmp_path / "again.json") == shipped
    assert 0 < shipped.related < shipped.strong < 1
