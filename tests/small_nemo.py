"""A small FastConformer for NeMo: cache-aware, with a transducer and a CTC head, 0.2 million weights."""

import random
from pathlib import Path
from typing import Any

import torch
from omegaconf import OmegaConf
from sentencepiece import SentencePieceTrainer

from models.speech.contract import SAMPLE_RATE
from models.speech.nemo.restore import quiet_nemo

WORDS = ["alpha", "echo", "golf", "hotel", "kilo", "zulu"]
DURATIONS = [0, 1, 2, 3, 4]  # frames that a token of the TDT may take, as Parakeet's


def train_tokenizer(folder: Path) -> Path:
    """A BPE tokenizer of WORDS, in the files that NeMo expects of one."""
    rng = random.Random(0)
    sentences = [" ".join(rng.choices(WORDS, k=6)) for _ in range(300)]
    folder.mkdir(parents=True)
    SentencePieceTrainer.train(
        sentence_iterator=iter(sentences),
        model_prefix=str(folder / "tokenizer"),
        model_type="bpe",
        vocab_size=100,
        hard_vocab_limit=False,
        bos_id=-1,
        eos_id=-1,
        minloglevel=2,
    )
    vocabulary = (folder / "tokenizer.vocab").read_text(encoding="utf-8").splitlines()
    (folder / "vocab.txt").write_text("\n".join(line.split("\t")[0] for line in vocabulary[1:]), encoding="utf-8")
    return folder


def hybrid_config(tokenizer: Path) -> dict[str, Any]:
    """A cache-aware FastConformer with a transducer and a CTC head, 0.2 million weights."""
    modules = "nemo.collections.asr.modules"
    return {
        "sample_rate": SAMPLE_RATE,
        "log_prediction": False,
        "compute_eval_loss": False,
        "model_defaults": {"enc_hidden": 64, "pred_hidden": 64, "joint_hidden": 64},
        "tokenizer": {"dir": str(tokenizer), "type": "bpe"},
        "preprocessor": {
            "_target_": f"{modules}.AudioToMelSpectrogramPreprocessor",
            "sample_rate": SAMPLE_RATE,
            "normalize": "NA",
            "window_size": 0.025,
            "window_stride": 0.01,
            "window": "hann",
            "features": 32,
            "n_fft": 512,
            "log": True,
            "pad_to": 0,
        },
        "encoder": {
            "_target_": f"{modules}.ConformerEncoder",
            "feat_in": 32,
            "n_layers": 2,
            "d_model": 64,
            "n_heads": 4,
            "subsampling": "dw_striding",
            "subsampling_factor": 8,
            "subsampling_conv_channels": 32,
            "causal_downsampling": True,
            "ff_expansion_factor": 2,
            "att_context_size": [35, 6],
            "att_context_style": "chunked_limited",
            "conv_kernel_size": 9,
            "conv_norm_type": "layer_norm",
            "conv_context_size": "causal",
            "dropout": 0.0,
            "dropout_pre_encoder": 0.0,
            "dropout_emb": 0.0,
            "dropout_att": 0.0,
        },
        "decoder": {
            "_target_": f"{modules}.RNNTDecoder",
            "blank_as_pad": True,
            "prednet": {"pred_hidden": 64, "pred_rnn_layers": 1, "dropout": 0.0},
        },
        "joint": {
            "_target_": f"{modules}.RNNTJoint",
            "fuse_loss_wer": False,
            "jointnet": {"joint_hidden": 64, "activation": "relu", "dropout": 0.0},
        },
        "decoding": {"strategy": "greedy_batch", "greedy": {"max_symbols": 10}},
        "aux_ctc": {
            "ctc_loss_weight": 0.5,
            "ctc_reduction": "mean_batch",
            "decoder": {
                "_target_": f"{modules}.ConvASRDecoder",
                "feat_in": None,
                "num_classes": -1,
                "vocabulary": [],
            },
            "decoding": {"strategy": "greedy"},
        },
        "loss": {"loss_name": "pytorch"},
    }


def tdt_config(tokenizer: Path) -> dict[str, Any]:
    """The same encoder with a token-and-duration transducer."""
    config = hybrid_config(tokenizer)
    del config["aux_ctc"]
    config["model_defaults"] |= {"num_tdt_durations": len(DURATIONS), "tdt_durations": DURATIONS}
    config["joint"]["num_extra_outputs"] = len(DURATIONS)
    config["decoding"] |= {"model_type": "tdt", "durations": DURATIONS}
    return config


def untrained_model(tokenizer: Path, seed: int) -> Any:
    """NeMo's model with random weights."""
    torch.manual_seed(seed)
    with quiet_nemo():
        from nemo.collections.asr.models import EncDecHybridRNNTCTCBPEModel

        return EncDecHybridRNNTCTCBPEModel(cfg=OmegaConf.create(hybrid_config(tokenizer)))


def untrained_checkpoint(path: Path, tokenizer: Path, seed: int = 0) -> Path:
    """A .nemo file of `untrained_model`: valid, and what it writes says nothing."""
    with quiet_nemo():
        untrained_model(tokenizer, seed).save_to(str(path))
    return path
