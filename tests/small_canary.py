"""A small Canary for NeMo: a prompted encoder-decoder that writes English and Chinese, with word times if asked."""

from pathlib import Path
from shutil import copytree
from typing import Any

from sentencepiece import SentencePieceTrainer
from small_nemo import WORDS, hybrid_config

from models.speech.nemo.restore import quiet_nemo

# How the words are written in Chinese.
CHARACTERS = dict(zip(WORDS, "甲乙丙丁戊己", strict=True))
LAST_FRAME = 100
PROMPT_TOKENS = [
    *("<|startofcontext|>", "<|en|>", "<|zh|>", "<|emo:undefined|>", "<|itn|>", "<|noitn|>", "<|timestamp|>"),
    *("<|notimestamp|>", "<|diarize|>", "<|nodiarize|>"),
]


def prompt_slots(language: str, timed: bool) -> dict[str, str]:
    """What a prompt in the format canary2 asks."""
    asked = {"decodercontext": "", "emotion": "<|emo:undefined|>", "pnc": "yes", "itn": "no", "diarize": "no"}
    return asked | {"source_lang": language, "target_lang": language, "timestamp": "yes" if timed else "no"}


def train_canary_tokenizers(folder: Path, english: Path) -> Path:
    """The prompt's tokens, and the tokenizers of `english` and Chinese, in the files that NeMo expects of them."""
    copytree(english, folder / "en")
    (folder / "zh").mkdir()
    SentencePieceTrainer.train(
        sentence_iterator=iter(["".join(CHARACTERS.values())] * 10),
        model_prefix=str(folder / "zh" / "tokenizer"),
        model_type="char",
        vocab_size=50,
        hard_vocab_limit=False,
        bos_id=-1,
        eos_id=-1,
        minloglevel=2,
    )
    vocabulary = (folder / "zh" / "tokenizer.vocab").read_text(encoding="utf-8").splitlines()
    pieces = "\n".join(line.split("\t")[0] for line in vocabulary[1:])
    (folder / "zh" / "vocab.txt").write_text(pieces, encoding="utf-8")
    with quiet_nemo():
        from nemo.collections.common.tokenizers.canary_tokenizer import CanaryTokenizer

        times = [f"<|{frame}|>" for frame in range(LAST_FRAME + 1)]
        CanaryTokenizer.build_special_tokenizer([*PROMPT_TOKENS, *times], folder / "spl_tokens")
    return folder


def canary_config(tokenizers: Path) -> dict[str, Any]:
    """The encoder of the small FastConformer, hearing absolute positions, and a transformer of one layer."""
    config = hybrid_config(tokenizers / "en")
    for part in ("decoder", "joint", "aux_ctc", "decoding"):
        del config[part]
    config["encoder"] |= {
        "att_context_style": "regular",
        "att_context_size": [-1, -1],
        "self_attention_model": "abs_pos",
        "xscaling": False,
    }
    return config | {
        "model_defaults": {"asr_enc_hidden": 64, "lm_enc_hidden": 64, "lm_dec_hidden": 64},
        "prompt_format": "canary2",
        "restore_timestamps_model": False,
        "tokenizer": {
            "type": "agg",
            "dir": None,
            "custom_tokenizer": {"_target_": "nemo.collections.common.tokenizers.canary_tokenizer.CanaryTokenizer"},
            "langs": {part: {"dir": str(tokenizers / part), "type": "bpe"} for part in ("spl_tokens", "en", "zh")},
        },
        "transf_decoder": {
            "_target_": "nemo.collections.asr.modules.transformer.get_nemo_transformer",
            "encoder": False,
            "pre_ln_final_layer_norm": True,
            "config_dict": {
                "max_sequence_length": 128,
                "num_token_types": 0,
                "hidden_size": 64,
                "inner_size": 128,
                "num_layers": 1,
                "num_attention_heads": 4,
                "pre_ln": True,
                "vocab_size": None,
            },
        },
        "head": {
            "_target_": "nemo.collections.asr.parts.submodules.token_classifier.TokenClassifier",
            "hidden_size": 64,
            "num_classes": None,
            "num_layers": 1,
            "activation": "relu",
            "log_softmax": True,
            "use_transformer_init": True,
        },
        "loss": {
            "_target_": "nemo.collections.common.losses.smoothed_cross_entropy.SmoothedCrossEntropyLoss",
            "pad_id": None,
        },
    }
