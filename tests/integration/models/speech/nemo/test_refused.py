"""What NeMo cannot restore, and what computes NaN, is refused in one line."""

import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from models.speech.contract import Segment
from models.speech.nemo.checkpoint import CheckpointError
from models.speech.nemo.recognizer import NemoRecognizer
from models.speech.nemo.restore import NotFinite
from models.speech.nemo.streaming import NemoStreamingRecognizer
from models.speech.streaming import Chunk

pytestmark = pytest.mark.integration


@pytest.fixture
def changed(hybrid: Path, tmp_path: Path) -> Callable[[Callable[[dict[str, torch.Tensor]], object]], Path]:
    """The trained checkpoint after a change of its weights."""

    def change(edit: Callable[[dict[str, torch.Tensor]], object]) -> Path:
        folder = tmp_path / "unpacked"
        with tarfile.open(hybrid) as archive:
            archive.extractall(folder, filter="data")
        weights = torch.load(folder / "model_weights.ckpt", weights_only=True)
        edit(weights)
        torch.save(weights, folder / "model_weights.ckpt")
        with tarfile.open(tmp_path / "changed.nemo", "w") as archive:
            archive.add(folder, arcname=".")
        return tmp_path / "changed.nemo"

    return change


def test_nan_is_no_transcript(changed: Callable[..., Path], speak: Callable[..., Any]) -> None:
    path = changed(lambda weights: weights["encoder.pre_encode.out.weight"].fill_(3e38))
    sound = speak("golf hotel", 1).audio
    with pytest.raises(NotFinite, match="the encoder computed values that are not finite"):
        NemoRecognizer(path).transcribe([Segment(sound, 0.0)])
    streaming = NemoStreamingRecognizer(path)
    streaming.open("s")
    with pytest.raises(NotFinite, match="not finite"):
        streaming.step([Chunk("s", np.tile(sound, 2))])


def test_weights_that_are_no_numbers(changed: Callable[..., Path]) -> None:
    path = changed(lambda weights: weights["decoder.prediction.embed.weight"].fill_(torch.nan))
    with pytest.raises(CheckpointError, match=r"^changed\.nemo: its weights hold values that are not finite$"):
        NemoRecognizer(path)


def test_weights_that_do_not_fit_the_config(changed: Callable[..., Path]) -> None:
    path = changed(lambda weights: weights.pop("encoder.pre_encode.out.weight"))
    with pytest.raises(CheckpointError, match=r"^changed\.nemo: NeMo cannot restore it \(.*\)$") as refused:
        NemoRecognizer(path)
    assert "\n" not in str(refused.value)
