"""Small models that learn a language of tones, built and trained here in a minute on one core."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from omegaconf import OmegaConf
from small_canary import canary_config, train_canary_tokenizers
from small_nemo import WORDS, hybrid_config, tdt_config, train_tokenizer, untrained_model
from tones import Utterance, sentence, tone, utter
from train_small_nemo import train_canary, train_hybrid, train_tdt

from models.speech.contract import SAMPLE_RATE
from models.speech.nemo.recognizer import NemoRecognizer
from models.speech.nemo.restore import quiet_nemo


@pytest.fixture
def speak() -> Callable[..., Utterance]:
    """speak("golf hotel", seed) is an utterance of these words, speak(None, seed) one of up to six random words."""

    def speak(text: str | None, seed: int, pauses: tuple[float, float] = (0.1, 0.5)) -> Utterance:
        rng = random.Random(seed)
        return utter(text.split() if text else sentence(rng, 6), rng, pauses)

    return speak


@pytest.fixture
def between() -> NDArray[np.float32]:
    """A tone between kilo and zulu, with silence around it."""
    silence = np.zeros(round(0.4 * SAMPLE_RATE), np.float32)
    return np.concatenate([silence, tone(WORDS.index("kilo") + 0.5), silence])


@pytest.fixture(scope="session")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train_tokenizer(tmp_path_factory.mktemp("nemo") / "tokenizer")


@pytest.fixture(scope="session")
def trained(tokenizer: Path) -> Any:
    """NeMo's model, trained until it writes down the tones it hears."""
    torch.set_num_threads(1)
    with quiet_nemo():
        model = untrained_model(tokenizer, seed=0)
        train_hybrid(model, steps=260, seed=1)
    return model


@pytest.fixture(scope="session")
def hybrid(trained: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trained model as a checkpoint: hybrid, cache-aware."""
    path = tmp_path_factory.mktemp("checkpoints") / "tones.nemo"
    with quiet_nemo():
        trained.save_to(str(path))
    return path


@pytest.fixture(scope="session")
def buffered(trained: Any, tokenizer: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An encoder that looks ahead without bound, trained on to hear normalised features and slurred words."""
    path = tmp_path_factory.mktemp("checkpoints") / "tones-buffered.nemo"
    config = hybrid_config(tokenizer)
    config["encoder"] |= {"att_context_style": "regular", "att_context_size": [-1, -1]}
    config["preprocessor"]["normalize"] = "per_feature"
    with quiet_nemo():
        model = type(trained)(cfg=OmegaConf.create(config))
        model.load_state_dict(trained.state_dict())
        train_hybrid(model, steps=120, seed=2, slur=0.2)
        model.save_to(str(path))
    return path


@pytest.fixture
def unnormalised(tokenizer: Path, tmp_path: Path) -> Path:
    """An encoder that looks ahead without bound and hears features as they are."""
    path = tmp_path / "tones-unnormalised.nemo"
    config = hybrid_config(tokenizer)
    config["encoder"]["att_context_style"] = "regular"
    with quiet_nemo():
        from nemo.collections.asr.models import EncDecHybridRNNTCTCBPEModel

        EncDecHybridRNNTCTCBPEModel(cfg=OmegaConf.create(config)).save_to(str(path))
    return path


@pytest.fixture(scope="session")
def tdt(trained: Any, tokenizer: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same encoder with a token-and-duration transducer, trained on."""
    path = tmp_path_factory.mktemp("checkpoints") / "tones-tdt.nemo"
    with quiet_nemo():
        from nemo.collections.asr.models import EncDecRNNTBPEModel

        model = EncDecRNNTBPEModel(cfg=OmegaConf.create(tdt_config(tokenizer)))
        _take_over(trained, model)
        train_tdt(model, steps=60, seed=3)
        model.save_to(str(path))
    return path


@pytest.fixture(scope="session")
def canary(trained: Any, tokenizer: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same encoder before a prompted decoder, trained on."""
    folder = tmp_path_factory.mktemp("canary")
    torch.manual_seed(0)
    with quiet_nemo():
        from nemo.collections.asr.models import EncDecMultiTaskModel

        tokenizers = train_canary_tokenizers(folder / "tokenizers", tokenizer)
        model = EncDecMultiTaskModel(cfg=OmegaConf.create(canary_config(tokenizers)))
        _take_over(trained, model)
        train_canary(model, steps=240, seed=4)
        model.cfg.restore_timestamps_model = True  # as in checkpoints that do not say
        model.save_to(str(folder / "tones-canary.nemo"))
    return folder / "tones-canary.nemo"


def _take_over(trained: Any, model: Any) -> None:
    """The trained weights wherever the model has some of that name; rows that it has more of stay as they are."""
    own = model.state_dict()
    for name, value in trained.state_dict().items():
        if name in own and own[name].shape[1:] == value.shape[1:] and own[name].dim():
            own[name][: len(value)] = value
    model.load_state_dict(own)


@pytest.fixture(scope="session")
def ctc(trained: Any, tokenizer: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same encoder with the CTC head alone."""
    path = tmp_path_factory.mktemp("checkpoints") / "tones-ctc.nemo"
    config = hybrid_config(tokenizer)
    for part in ("joint", "loss"):
        del config[part]
    head = config.pop("aux_ctc")
    config |= {"decoder": head["decoder"], "decoding": head["decoding"]}
    weights = {
        name.replace("ctc_decoder.", "decoder."): value
        for name, value in trained.state_dict().items()
        if name.startswith(("preprocessor.", "encoder.", "ctc_decoder."))
    }
    with quiet_nemo():
        from nemo.collections.asr.models import EncDecCTCModelBPE

        other = EncDecCTCModelBPE(cfg=OmegaConf.create(config))
        other.load_state_dict(weights)
        other.save_to(str(path))
    return path


@pytest.fixture(scope="session")
def recognizer(hybrid: Path) -> NemoRecognizer:
    return NemoRecognizer(hybrid)
