"""From a checked checkpoint to NeMo's model. The only files that import NeMo do so inside functions: 9 s, 730 MB."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import torch
from omegaconf import DictConfig, OmegaConf

from models.speech.nemo.archive import CONFIG, one_line
from models.speech.nemo.checkpoint import Checkpoint, CheckpointError

# "max_prob" is the probability of the token itself, scaled so that a guess among all tokens is 0.
CONFIDENCE = {
    "preserve_frame_confidence": True,
    "preserve_token_confidence": True,
    "exclude_blank": True,
    "aggregation": "mean",
    "method_cfg": {"name": "max_prob"},
}


class NotFinite(RuntimeError):
    """The model computed NaN or infinity: what would be written is refused."""


def restore(checkpoint: Checkpoint, device: str) -> Any:
    """NeMo's model of a checkpoint, in evaluation on `device` ("cpu" or "cuda").

    NeMo unpacks nothing: it reads the folder that was checked. Raises CheckpointError.
    """
    with quiet_nemo():
        from nemo.collections.asr.models import ASRModel
        from nemo.core.connectors.save_restore_connector import SaveRestoreConnector

        connector = SaveRestoreConnector()
        connector.model_extracted_dir = str(checkpoint.folder)
        try:
            config = OmegaConf.load(checkpoint.folder / CONFIG)
            if checkpoint.prompt:
                config.restore_timestamps_model = False  # the second model's files were not checked
            model = ASRModel.restore_from(
                str(checkpoint.folder),
                override_config_path=config,
                map_location=device,
                save_restore_connector=connector,
            )
        except Exception as error:  # whatever the config's classes raise: they share no base
            raise CheckpointError(f"{checkpoint.stem}.nemo: NeMo cannot restore it ({one_line(error)})") from error
    if not all(bool(torch.isfinite(weight).all()) for weight in model.parameters()):
        raise CheckpointError(f"{checkpoint.stem}.nemo: its weights hold values that are not finite")
    if not hasattr(model.encoder, "subsampling_factor"):
        kind = type(model.encoder).__name__
        raise CheckpointError(f"{checkpoint.stem}.nemo: its encoder, a {kind}, does not tell how long its frames are")
    model.encoder.register_forward_hook(_refuse_not_finite)
    model.eval().requires_grad_(False)
    model.preprocessor.featurizer.dither = 0.0  # noise would make two runs differ
    model.preprocessor.featurizer.pad_to = 0  # and so would padding that depends on the batch
    return model


@contextmanager
def quiet_nemo() -> Iterator[None]:
    """NeMo imports on whatever torch is installed, logs errors only, and keeps its libraries' warnings to itself."""
    from models.torch_audio import torchaudio  # noqa: F401  (NeMo imports it, and fails on a CPU build without us)

    logging.getLogger("nv_one_logger").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from nemo.utils import logging as nemo_logging

        nemo_logging.setLevel(nemo_logging.ERROR)
        yield


def transducer_decoding(model: Any, **greedy: object) -> DictConfig:
    """Greedy decoding of an RNN-T or TDT, a batch at a time (Bataev et al. 2024, label looping), with confidences.

    A TDT (Xu et al. 2023) says with each token how many frames it takes; without its durations NeMo would decode it as
    an RNN-T, and take those for tokens.
    """
    from nemo.collections.asr.parts.submodules.rnnt_decoding import RNNTDecodingConfig

    durations = list(model.cfg.decoding.get("durations") or ())
    wanted = {
        "strategy": "greedy_batch",
        "model_type": "tdt" if durations else "rnnt",
        "durations": durations,
        "tdt_include_token_duration": bool(durations),
        "preserve_alignments": False,
        "fused_batch_size": -1,
        "confidence_cfg": CONFIDENCE,
        "greedy": {"loop_labels": True, "preserve_frame_confidence": True, **greedy},
    }
    plain = OmegaConf.create(OmegaConf.to_container(OmegaConf.structured(RNNTDecodingConfig)))
    return cast(DictConfig, OmegaConf.merge(plain, wanted))


def _refuse_not_finite(encoder: torch.nn.Module, _: object, outputs: Any) -> None:
    """After every pass of the encoder: greedy decoding would make words of NaN, and be sure of them."""
    if not bool(torch.isfinite(outputs[0]).all()):
        raise NotFinite("the encoder computed values that are not finite")
