"""What a prompted checkpoint (Canary) is asked: told by its config and its tokens, before NeMo sees it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.speech.nemo.vocabulary import spoken_languages
from models.speech.transcript import Language

# NeMo's prompt formats of Canary: 1B, and from the flash models on.
FORMATS = ("canary", "canary2")
# A prompt names the spoken language by one token, an aggregate tokenizer its part for it; some with the region.
NAMES: dict[Language, tuple[str, ...]] = {"zh": ("zh", "zh-CN"), "en": ("en", "en-US")}
# A time among the words, in frames of the encoder from the segment's start.
TIME = re.compile(r"<\|(\d+)\|>")
# A checkpoint may bring a second model that finds word times. Such a one was not trained to write them, and the second
# model is not used.
ALIGNER = "timestamps_asr_model*"


@dataclass(frozen=True)
class Prompt:
    """`named`: how the prompt names each language it can ask for; `timed`: whether it can ask for word times."""

    named: Mapping[Language, str]
    timed: bool


def prompt_of(config: Mapping[str, Any], pieces: Sequence[str], folder: Path) -> Prompt:
    """Raises ValueError, in one line, where the checkpoint is asked in a way that is not Canary's."""
    asked = config.get("prompt_format")
    if asked not in FORMATS:
        raise ValueError(f"it is prompted in the format {asked}, not in one of {', '.join(FORMATS)}")
    known = set(pieces)
    named = {
        language: next((name for name in names if f"<|{name}|>" in known), None) for language, names in NAMES.items()
    }
    return Prompt(
        named={language: name for language, name in named.items() if name},
        timed=asked == "canary2" and {"<|timestamp|>", "<|0|>"} <= known and not any(folder.glob(ALIGNER)),
    )


def prompted_languages(config: Mapping[str, Any], pieces: Sequence[str]) -> tuple[Language, ...]:
    """The languages that a prompted checkpoint writes: its tokenizer has a part for each, or tells by its script."""
    parts = (config.get("tokenizer") or {}).get("langs")
    if parts is None:
        return spoken_languages(pieces)
    return tuple(language for language, names in NAMES.items() if any(name in parts for name in names))
