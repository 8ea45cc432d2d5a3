"""A .nemo checkpoint, opened without trust: what it is, checked before NeMo sees it.

A .nemo file is a tar of `model_config.yaml`, `model_weights.ckpt` (torch's pickle) and the tokenizer's files. It comes
from outside, so nothing of it is run: members must be plain files in one folder, weights load as tensors only, the
config may name NeMo's own classes only.
"""

import pickle
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any, Literal, cast

import torch
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from models.speech.contract import SAMPLE_RATE
from models.speech.nemo.archive import CONFIG, WEIGHTS, Refused, one_line, unpack
from models.speech.nemo.prompt import Prompt, prompt_of, prompted_languages
from models.speech.nemo.vocabulary import spoken_languages, vocabulary_of
from models.speech.transcript import Language, is_cjk

Decoder = Literal["ctc", "rnnt", "hybrid", "prompted"]
KINDS: dict[str, Decoder] = {
    "EncDecCTCModel": "ctc",
    "EncDecCTCModelBPE": "ctc",
    "EncDecRNNTModel": "rnnt",
    "EncDecRNNTBPEModel": "rnnt",
    "EncDecHybridRNNTCTCModel": "hybrid",
    "EncDecHybridRNNTCTCBPEModel": "hybrid",
    "EncDecMultiTaskModel": "prompted",
}
# The weights that are as many rows as the decoder knows tokens, and the blank.
TOKEN_ROWS = (
    "decoder.prediction.embed.weight",
    "decoder.decoder_layers.0.weight",
    "ctc_decoder.decoder_layers.0.weight",
)
# A prompted decoder has no blank, and NeMo rounds its rows up to eights.
PROMPTED_ROWS = "transf_decoder._embedding.token_embedding.weight"


class CheckpointError(RuntimeError):
    """The file is no checkpoint that this engine can use; the message says why in one line."""


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint is. `folder` holds its unpacked files, `vocabulary` its tokens by id without the blank.

    `subwords`: whether the tokens are a tokenizer's pieces, not single characters. `cache_aware`: whether the encoder
    was trained to look ahead by a bounded stretch only, so that it can stream with a cache. `normalised`: whether it
    hears features normalised over the sound. `prompt`: what a prompted decoder is asked, None of the others.
    """

    folder: Path
    stem: str
    decoder: Decoder
    languages: tuple[Language, ...]
    vocabulary: tuple[str, ...]
    subwords: bool
    cache_aware: bool
    normalised: bool
    prompt: Prompt | None


@contextmanager
def opened(path: Path, languages: Sequence[Language] | None = None) -> Iterator[Checkpoint]:
    """Unpack and check a .nemo file; its folder lasts as long as the context.

    languages: what it speaks, as declared by whoever brings it; None reads it from the vocabulary.
    Raises CheckpointError.
    """
    with tempfile.TemporaryDirectory(prefix="nemo-") as folder:
        try:
            yield inspect(unpack(path, Path(folder)), path.stem, languages)
        except Refused as refusal:
            raise CheckpointError(f"{path.name}: {refusal}") from refusal


def inspect(folder: Path, stem: str, languages: Sequence[Language] | None = None) -> Checkpoint:
    """What the unpacked checkpoint in `folder` is; see `opened`."""
    config = _config(folder / CONFIG)
    decoder = _kind(config)
    rate = _at(config, "preprocessor", "sample_rate")
    if rate != SAMPLE_RATE:
        raise Refused(f"it hears {rate} Hz, not {SAMPLE_RATE}")
    try:
        pieces, subwords = vocabulary_of(config, folder)
        prompt = prompt_of(config, pieces, folder) if decoder == "prompted" else None
    except ValueError as error:
        raise Refused(str(error)) from error
    _check_tokens(config, _token_rows(folder / WEIGHTS), pieces)
    told = prompted_languages(config, pieces) if prompt else spoken_languages(pieces)
    return Checkpoint(
        folder=folder,
        stem=stem,
        decoder=decoder,
        languages=_languages(pieces, told, languages, prompt),
        vocabulary=tuple(pieces),
        subwords=subwords,
        cache_aware=_at(config, "encoder", "att_context_style") == "chunked_limited"
        and _at(config, "encoder", "causal_downsampling") is True,
        normalised=_at(config, "preprocessor", "normalize") == "per_feature",
        prompt=prompt,
    )


def _config(path: Path) -> dict[str, Any]:
    """The config as plain values: nothing in it is resolved, nothing constructed."""
    try:
        config = OmegaConf.to_container(OmegaConf.load(path), resolve=False)
    except (OmegaConfBaseException, YAMLError, UnicodeDecodeError) as error:
        raise Refused(f"its {CONFIG} cannot be read ({one_line(error)})") from error
    if not isinstance(config, dict):
        raise Refused(f"its {CONFIG} holds no settings")
    for target in _targets(config):
        if not target.startswith("nemo."):
            raise Refused(f"its {CONFIG} would run {target}, which is not NeMo's")
    return cast(dict[str, Any], config)


def _targets(node: object) -> Iterator[str]:
    """Every class or function that a config names to be called."""
    if isinstance(node, Mapping):
        yield from (str(node[key]) for key in ("_target_", "target") if key in node)
    children = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
    for child in children:
        yield from _targets(child)


def _kind(config: Mapping[str, Any]) -> Decoder:
    package, _, name = str(config.get("target", "")).rpartition(".")
    if name.endswith("WithPrompt"):
        raise Refused(f"it is a {name}, whose encoder is prompted with a language, which is not supported")
    if not package.startswith("nemo.collections.asr.models") or name not in KINDS:
        raise Refused(f"it is a {name or 'checkpoint of an unnamed class'}, not one of {', '.join(KINDS)}")
    if _at(config, "decoding", "model_type") == "multiblank":
        raise Refused("it is a multi-blank transducer, which is not supported")
    return KINDS[name]


def _token_rows(path: Path) -> dict[str, int]:
    """How many rows each of TOKEN_ROWS and PROMPTED_ROWS has.

    Reads tensors only: a pickle that asks for anything else is refused.
    """
    try:
        weights = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except pickle.UnpicklingError as error:
        raise Refused(f"its {WEIGHTS} holds more than tensors and is not loaded") from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError) as error:
        raise Refused(f"its {WEIGHTS} is damaged ({one_line(error)})") from error
    if not isinstance(weights, dict) or not all(isinstance(value, torch.Tensor) for value in weights.values()):
        raise Refused(f"its {WEIGHTS} holds more than tensors and is not loaded")
    return {name: len(weights[name]) for name in (*TOKEN_ROWS, PROMPTED_ROWS) if name in weights}


def _check_tokens(config: Mapping[str, Any], rows: Mapping[str, int], pieces: Sequence[str]) -> None:
    """The tokenizer is the one that the weights were trained with."""
    if not rows:
        raise Refused(f"its {WEIGHTS} has no decoder")
    for name, count in rows.items():
        expected = 8 * ceil(len(pieces) / 8) if name == PROMPTED_ROWS else len(pieces) + 1
        if count != expected:
            raise Refused(f"its tokenizer has {len(pieces)} tokens, for {expected} rows of {name}, which has {count}")
    for section in (("joint",), ("decoder",), ("aux_ctc", "decoder")):
        known = _at(config, *section, "vocabulary")
        if known and list(known) != list(pieces):
            raise Refused(f"its tokenizer is not the one it was trained with ({'.'.join(section)} has other tokens)")


def _languages(
    pieces: Sequence[str], told: tuple[Language, ...], declared: Sequence[Language] | None, prompt: Prompt | None
) -> tuple[Language, ...]:
    """What is declared, else what the checkpoint tells, as far as it can be true."""
    languages = tuple(told if declared is None else declared)
    if not languages:
        raise Refused("its vocabulary does not tell whether it speaks Chinese or English: declare its languages")
    if declared and "zh" in declared and not any(is_cjk(letter) for piece in pieces for letter in piece):
        raise Refused("it is declared to speak Chinese, and has no 字 in its vocabulary")
    unasked = [language for language in languages if prompt and language not in prompt.named]
    if unasked:
        raise Refused(f"its prompt has no token for {', '.join(unasked)}")
    return languages


def _at(config: Mapping[str, Any], *keys: str) -> Any:
    """The value at a path of keys; None where there is none."""
    node: Any = config
    for key in keys:
        node = node.get(key) if isinstance(node, Mapping) else None
    return node
