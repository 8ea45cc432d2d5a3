"""What NeMo cannot restore, and what computes NaN, is refused in one line."""

import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from omegaconf import OmegaConf

from models.speech.contract import Segment
from models.speech.nemo.checkpoint import CheckpointError
from models.speech.nemo.recognizer import NemoRecognizer
from models.speech.nemo.restore import NotFinite, quiet_nemo
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


def test_an_encoder_that_does_not_tell_how_long_its_frames_are(tmp_path: Path) -> None:
    modules = "nemo.collections.asr.modules"
    layer = {"filters": 8, "repeat": 1, "kernel": [3], "stride": [2], "dilation": [1], "dropout": 0.0}
    letters = [*" abcdefghijklmnopqrstuvwxyz"]
    config = {
        "preprocessor": {
            "_target_": f"{modules}.AudioToMelSpectrogramPreprocessor",
            "sample_rate": 16_000,
            "window_size": 0.02,
            "window_stride": 0.01,
        },
        "encoder": {
            "_target_": f"{modules}.ParallelConvASREncoder",
            "feat_in": 64,
            "activation": "relu",
            "jasper": [layer | {"residual": False}],
        },
        "decoder": {"_target_": f"{modules}.ConvASRDecoder", "feat_in": 8, "num_classes": 27, "vocabulary": letters},
        "labels": letters,
    }
    with quiet_nemo():
        from nemo.collections.asr.models import EncDecCTCModel

        EncDecCTCModel(cfg=OmegaConf.create(config)).save_to(str(tmp_path / "quartz.nemo"))
    with pytest.raises(
        CheckpointError, match=r"^quartz\.nemo: its encoder, a ParallelConvASREncoder, does not tell how long"
    ):
        NemoRecognizer(tmp_path / "quartz.nemo")
