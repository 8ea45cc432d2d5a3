from dataclasses import asdict

import pytest

from models.language.calibrate import calibrate
from models.language.calibration import Calibration
from models.language.embedding import TextEmbedder

pytestmark = pytest.mark.integration


def test_the_shipped_calibration_is_what_the_command_measures(embedder: TextEmbedder) -> None:
    measured, shipped = calibrate(embedder.name, embedder.embed), Calibration.load()

    for name, value in asdict(measured).items():
        if name == "nuisance":  # rows up to their sign
            assert [abs(number) for row in value for number in row] == pytest.approx(
                [abs(number) for row in shipped.nuisance for number in row], abs=1e-3
            )
        elif name == "model":
            assert value == shipped.model
        else:
            assert value == pytest.approx(getattr(shipped, name), abs=1e-3)
    assert shipped.auc_held_out > 0.85
