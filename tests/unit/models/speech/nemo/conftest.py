"""Checkpoints made by hand: what NeMo packs, around weights that are only as large as the tests need."""

import io
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from omegaconf import OmegaConf
from sentencepiece import SentencePieceProcessor, SentencePieceTrainer

ENGLISH = ["we ship software every other week", "you and i drove a quick fox over jumping lazy dogs"]
MODULES = "nemo.collections.asr.modules"
CHINESE = ["我们每两周发布一次软件", "你和我都喜欢解决客户的问题"]


@pytest.fixture(scope="session")
def tokenizer() -> Callable[[list[str]], bytes]:
    """A SentencePiece model whose tokens are the characters of the lines."""

    def train(lines: list[str]) -> bytes:
        model = io.BytesIO()
        SentencePieceTrainer.train(
            sentence_iterator=iter(lines), model_writer=model, model_type="char", vocab_size=100,
            hard_vocab_limit=False, bos_id=-1, eos_id=-1, minloglevel=2,
        )  # fmt: skip
        return model.getvalue()

    return train


@pytest.fixture(scope="session")
def special_tokenizer() -> Callable[[list[str]], bytes]:
    """A SentencePiece model in which each of these symbols is one token, besides the characters they are made of."""

    def train(symbols: list[str]) -> bytes:
        model = io.BytesIO()
        SentencePieceTrainer.train(
            sentence_iterator=iter(symbols), model_writer=model, model_type="char", vocab_size=100,
            hard_vocab_limit=False, bos_id=-1, eos_id=-1, minloglevel=2, user_defined_symbols=symbols,
        )  # fmt: skip
        return model.getvalue()

    return train


def pieces(model: bytes) -> list[str]:
    processor = SentencePieceProcessor(model_proto=model)
    return [processor.id_to_piece(number) for number in range(processor.get_piece_size())]


def settings(vocabulary: list[str]) -> dict[str, Any]:
    return {
        "target": "nemo.collections.asr.models.ctc_bpe_models.EncDecCTCModelBPE",
        "tokenizer": {"type": "bpe", "model_path": "nemo:1_tokenizer.model", "dir": "/somewhere/else"},
        "preprocessor": {"_target_": f"{MODULES}.AudioToMelSpectrogramPreprocessor", "sample_rate": 16_000},
        "encoder": {"_target_": f"{MODULES}.ConformerEncoder", "att_context_style": "regular"},
        "decoder": {"_target_": f"{MODULES}.ConvASRDecoder", "vocabulary": vocabulary},
    }


def saved(weights: object) -> bytes:
    content = io.BytesIO()
    torch.save(weights, content)
    return content.getvalue()


def packed(path: Path, members: Mapping[str, bytes]) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture(name="saved")
def saved_fixture() -> Callable[[object], bytes]:
    """Weights as torch writes them."""
    return saved


@pytest.fixture(name="pieces")
def pieces_fixture() -> Callable[[bytes], list[str]]:
    """The tokens of a SentencePiece model."""
    return pieces


@pytest.fixture
def members(tokenizer: Callable[[list[str]], bytes]) -> dict[str, bytes]:
    """The files of a sound English checkpoint by name."""
    return members_of(tokenizer(ENGLISH))


def members_of(model: bytes) -> dict[str, bytes]:
    vocabulary = pieces(model)
    return {
        "./model_config.yaml": OmegaConf.to_yaml(OmegaConf.create(settings(vocabulary))).encode(),
        "./model_weights.ckpt": saved({"decoder.decoder_layers.0.weight": torch.zeros(len(vocabulary) + 1, 8, 1)}),
        "./1_tokenizer.model": model,
    }


@pytest.fixture
def pack(tmp_path: Path) -> Callable[[Mapping[str, bytes]], Path]:
    return lambda members: packed(tmp_path / "ours.nemo", members)


@pytest.fixture
def config(members: dict[str, bytes]) -> dict[str, Any]:
    """The settings of the English checkpoint, to be changed and written with `configured`."""
    loaded = OmegaConf.to_container(OmegaConf.create(members["./model_config.yaml"].decode()))
    assert isinstance(loaded, dict)
    return {str(key): value for key, value in loaded.items()}


@pytest.fixture
def configured(
    members: dict[str, bytes], pack: Callable[[Mapping[str, bytes]], Path]
) -> Callable[[dict[str, Any]], Path]:
    """The English checkpoint with other settings."""
    return lambda config: pack(members | {"./model_config.yaml": OmegaConf.to_yaml(OmegaConf.create(config)).encode()})


@pytest.fixture
def chinese(tokenizer: Callable[[list[str]], bytes]) -> dict[str, bytes]:
    return members_of(tokenizer(CHINESE))


@pytest.fixture
def both(tokenizer: Callable[[list[str]], bytes]) -> dict[str, bytes]:
    return members_of(tokenizer(ENGLISH + CHINESE))
