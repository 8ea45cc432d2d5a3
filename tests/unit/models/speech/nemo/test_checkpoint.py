"""A .nemo file is checked before NeMo sees it, and nothing of it runs."""

import io
import pickle
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from omegaconf import OmegaConf

from models.speech.nemo.checkpoint import CheckpointError, opened

pytestmark = pytest.mark.unit

Pack = Callable[[Mapping[str, bytes]], Path]
Configured = Callable[[dict[str, Any]], Path]


def refusal(path: Path) -> str:
    with pytest.raises(CheckpointError) as refused, opened(path):
        pass
    message = str(refused.value)
    assert message.startswith(f"{path.name}: ") and "\n" not in message
    return message


def test_a_sound_checkpoint(members: dict[str, bytes], pack: Pack) -> None:
    with opened(pack(members)) as checkpoint:
        assert (checkpoint.stem, checkpoint.decoder, checkpoint.languages) == ("ours", "ctc", ("en",))
        assert checkpoint.subwords and not checkpoint.cache_aware
        assert (checkpoint.folder / "model_weights.ckpt").is_file()
    assert not checkpoint.folder.exists()


def test_a_vocabulary_tells_its_languages(chinese: dict[str, bytes], both: dict[str, bytes], pack: Pack) -> None:
    with opened(pack(chinese)) as checkpoint:
        assert checkpoint.languages == ("zh",)
    with opened(pack(both)) as checkpoint:
        assert checkpoint.languages == ("zh", "en")
    with opened(pack(both), ["en"]) as checkpoint:
        assert checkpoint.languages == ("en",)


def test_chinese_cannot_be_declared_of_a_checkpoint_without_字(members: dict[str, bytes], pack: Pack) -> None:
    with pytest.raises(CheckpointError, match="no 字"), opened(pack(members), ["zh"]):
        pass


def test_letters_of_another_language_must_be_declared(
    tokenizer: Callable[[list[str]], bytes], members: dict[str, bytes], config: dict[str, Any], pack: Pack
) -> None:
    del config["tokenizer"]
    config |= {"target": "nemo.collections.asr.models.EncDecCTCModel", "decoder": {"vocabulary": list(" aeioubcdü")}}
    weights = io.BytesIO()
    torch.save({"decoder.decoder_layers.0.weight": torch.zeros(11, 8, 1)}, weights)
    path = pack({"model_config.yaml": OmegaConf.to_yaml(config).encode(), "model_weights.ckpt": weights.getvalue()})
    assert "declare its languages" in refusal(path)
    with opened(path, ["en"]) as checkpoint:
        assert checkpoint.languages == ("en",) and not checkpoint.subwords


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
def test_truncated(members: dict[str, bytes], pack: Pack, share: float) -> None:
    path = pack(members | {"./more": bytes(100_000)})
    content = path.read_bytes()
    path.write_bytes(content[: round(share * len(content))])
    assert "truncated or no .nemo file" in refusal(path)


def test_truncated_weights(members: dict[str, bytes], pack: Pack) -> None:
    weights = members["./model_weights.ckpt"]
    assert "model_weights.ckpt is damaged" in refusal(pack(members | {"./model_weights.ckpt": weights[:-300]}))
    assert "model_weights.ckpt" in refusal(pack(members | {"./model_weights.ckpt": b""}))


def test_no_file_and_other_files(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "none.nemo")
    text = tmp_path / "text.nemo"
    text.write_text("these are not the weights")
    assert "truncated or no .nemo file" in refusal(text)
    with zipfile.ZipFile(tmp_path / "zip.nemo", "w") as archive:
        archive.writestr("model_config.yaml", "a: 1")
    assert "truncated or no .nemo file" in refusal(tmp_path / "zip.nemo")


def test_another_kind(config: dict[str, Any], configured: Configured) -> None:
    config["target"] = "nemo.collections.asr.models.label_models.EncDecSpeakerLabelModel"
    assert "it is a EncDecSpeakerLabelModel, not one of EncDecCTCModel" in refusal(configured(config))
    config["target"] = "nemo.collections.asr.models.EncDecHybridRNNTCTCBPEModelWithPrompt"
    assert "whose encoder is prompted with a language, which is not supported" in refusal(configured(config))
    del config["target"]
    assert "unnamed class" in refusal(configured(config))


def test_a_multi_blank_transducer(config: dict[str, Any], configured: Configured) -> None:
    config["decoding"] = {"model_type": "multiblank", "big_blank_durations": [2, 4]}
    assert "it is a multi-blank transducer, which is not supported" in refusal(configured(config))


def test_another_sample_rate(config: dict[str, Any], configured: Configured) -> None:
    config["preprocessor"]["sample_rate"] = 8_000
    assert "it hears 8000 Hz, not 16000" in refusal(configured(config))


def test_a_tokenizer_of_another_size(members: dict[str, bytes], chinese: dict[str, bytes], pack: Pack) -> None:
    wrong = members | {"./1_tokenizer.model": chinese["./1_tokenizer.model"]}
    assert "its tokenizer has" in refusal(pack(wrong))


def test_a_tokenizer_of_the_same_size(
    tokenizer: Callable[[list[str]], bytes], members: dict[str, bytes], pack: Pack
) -> None:
    other = tokenizer(["we ship software every other week", "you and i drove a quick fox over jumping laßy dogs"])
    assert "its tokenizer is not the one it was trained with (decoder has other tokens)" in refusal(
        pack(members | {"./1_tokenizer.model": other})
    )


def test_a_damaged_or_missing_tokenizer(members: dict[str, bytes], config: dict[str, Any], pack: Pack) -> None:
    damaged = members | {"./1_tokenizer.model": members["./1_tokenizer.model"][:50]}
    assert "tokenizer's model is damaged" in refusal(pack(damaged))
    del damaged["./1_tokenizer.model"]
    assert "tokenizer's model is not in it" in refusal(pack(damaged))


@pytest.mark.parametrize("place", ["/etc/hostname", "nemo:../../etc/hostname", "nemo:/etc/hostname"])
def test_a_tokenizer_elsewhere_is_not_read(config: dict[str, Any], configured: Configured, place: str) -> None:
    config["tokenizer"]["model_path"] = place
    assert "tokenizer's model is not in it" in refusal(configured(config))


class Attack:
    """Pickled, it asks whoever loads it to create a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("inside", ["pickle", "torch", "a tensor's place"])
def test_a_pickle_that_tries_to_run_code(
    members: dict[str, bytes], pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inside: str
) -> None:
    # With this set, torch loads anything where it is not told otherwise.
    monkeypatch.setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "1")
    touched = tmp_path / "touched"
    content = io.BytesIO()
    if inside == "pickle":
        pickle.dump(Attack(touched), content)
    else:
        torch.save(Attack(touched) if inside == "torch" else {"decoder": Attack(touched)}, content)
    message = refusal(pack(members | {"./model_weights.ckpt": content.getvalue()}))
    assert "holds more than tensors" in message or "is damaged" in message
    assert not touched.exists()


@pytest.mark.parametrize("place", ["encoder", "decoder"])
def test_a_config_that_would_run_something_else(config: dict[str, Any], configured: Configured, place: str) -> None:
    config[place] = {"list": [{"_target_": "os.system", "command": "true"}]}
    assert "would run os.system, which is not NeMo's" in refusal(configured(config))


@pytest.mark.parametrize("text", ["[1, 2", "- a\n- b", "!!python/object/apply:os.system ['true']", "\xff"])
def test_a_config_that_is_none(members: dict[str, bytes], pack: Pack, text: str) -> None:
    assert "model_config.yaml" in refusal(pack(members | {"./model_config.yaml": text.encode("latin-1")}))


@pytest.mark.parametrize("name", ["../outside", "/outside", "folder/inside"])
def test_members_that_would_lie_elsewhere(members: dict[str, bytes], pack: Pack, tmp_path: Path, name: str) -> None:
    assert "is not a plain file in one folder" in refusal(pack(members | {name: b"content"}))


def test_links(members: dict[str, bytes], pack: Pack) -> None:
    path = pack(members)
    with tarfile.open(path, "a") as archive:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        archive.addfile(link)
    assert "its member link is not a plain file in one folder" in refusal(path)


def test_two_members_of_one_name(members: dict[str, bytes], pack: Pack) -> None:
    assert "one name" in refusal(pack(members | {"model_weights.ckpt": b"other"}))
