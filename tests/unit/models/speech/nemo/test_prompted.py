"""A Canary checkpoint is recognised, or refused with the reason; and when its words were said."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from omegaconf import OmegaConf

from models.speech.nemo.alignment import attended
from models.speech.nemo.checkpoint import CheckpointError, opened
from models.speech.nemo.prompted import timed

pytestmark = pytest.mark.unit

# As SentencePiece puts them: characters of the prompt's tokens are pieces, and each token is one.
SPECIAL = ["<|en|>", "<|zh|>", "<|timestamp|>", "<|0|>"]
ROWS = "transf_decoder._embedding.token_embedding.weight"

Write = Callable[..., Path]


@pytest.fixture
def write(
    special_tokenizer: Callable[[list[str]], bytes],
    members: dict[str, bytes],
    chinese: dict[str, bytes],
    saved: Callable[[object], bytes],
    pieces: Callable[[bytes], list[str]],
    pack: Callable[[dict[str, bytes]], Path],
) -> Write:
    """A checkpoint with these special tokens and languages, a prompt format, and how many rows are too many."""

    def write(
        special: list[str] = SPECIAL,
        parts: tuple[str, ...] = ("en", "zh"),
        asked: str = "canary2",
        more: int = 0,
        **files: bytes,
    ) -> Path:
        tokenizers = {"spl": special_tokenizer(special), "en": members["./1_tokenizer.model"]}
        tokenizers |= {"zh": chinese["./1_tokenizer.model"]}
        used = {part: tokenizers[part] for part in ("spl", *parts)}
        config = {
            "target": "nemo.collections.asr.models.aed_multitask_models.EncDecMultiTaskModel",
            "prompt_format": asked,
            "tokenizer": {
                "type": "agg",
                "langs": {part: {"type": "bpe", "model_path": f"nemo:{part}.model"} for part in used},
            },
            "preprocessor": {"sample_rate": 16_000, "normalize": "per_feature"},
            "encoder": {"att_context_style": "regular"},
        }
        count = sum(len(pieces(model)) for model in used.values())
        rows = -(-count // 8) * 8 + more
        return pack(
            {"./model_config.yaml": OmegaConf.to_yaml(OmegaConf.create(config)).encode()}
            | {"./model_weights.ckpt": saved({ROWS: torch.zeros(rows, 4)})}
            | {f"./{part}.model": model for part, model in used.items()}
            | {f"./{name}": content for name, content in files.items()}
        )

    return write


def test_a_canary(write: Write) -> None:
    with opened(write()) as checkpoint:
        assert (checkpoint.decoder, checkpoint.languages) == ("prompted", ("zh", "en"))
        assert checkpoint.prompt is not None
        assert checkpoint.prompt.named == {"zh": "zh", "en": "en"} and checkpoint.prompt.timed
    with opened(write(parts=("en",))) as checkpoint:
        assert checkpoint.languages == ("en",)


def test_word_times_are_asked_only_where_they_were_learnt(write: Write) -> None:
    for path in (
        write(special=SPECIAL[:2]),
        write(asked="canary"),
        write(**{"timestamps_asr_model_config.yaml": b"target: os.system"}),
    ):
        with opened(path) as checkpoint:
            assert checkpoint.prompt is not None and not checkpoint.prompt.timed


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"asked": "llama3"}, "it is prompted in the format llama3, not in one of canary, canary2"),
        ({"special": ["<|en|>"]}, "its prompt has no token for zh"),
        ({"parts": ()}, "declare its languages"),
        ({"more": 8}, f"rows of {ROWS}"),
    ],
)
def test_what_cannot_be_asked_is_refused(write: Write, options: dict[str, Any], reason: str) -> None:
    with pytest.raises(CheckpointError) as refused, opened(write(**options)):
        pass
    assert reason in str(refused.value) and "\n" not in str(refused.value)


def test_tokens_lie_between_the_times_around_them() -> None:
    # <|3|> a b <|5|> <|9|> c <|12|>
    assert timed([3, None, None, 5, 9, None, 12], [1, 2, 5]) == [(3.0, 4.0), (4.0, 5.0), (9.0, 12.0)]
    assert timed([None, None], [0, 1]) == []
    assert timed([7, None, 3], [1]) == []
    assert timed([], []) == []


def test_words_are_where_the_decoder_looked() -> None:
    attention = np.full((3, 12), 0.01, np.float32)
    attention[0, 1:3] = attention[1, 5:8] = attention[2, 10] = 0.5
    assert attended(attention) == [(1.0, 3.0), (5.0, 8.0), (10.0, 11.0)]
    assert attended(attention[:, :2]) == [(0.0, 2 / 3), (2 / 3, 4 / 3), (4 / 3, 2.0)]
    assert attended(attention[:0]) == []
