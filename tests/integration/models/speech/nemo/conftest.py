"""A small FastConformer that learns a language of tones, built and trained here in half a minute on one core."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from omegaconf import OmegaConf
from small_nemo import WORDS, hybrid_config, train_tokenizer, untrained_model

from models.speech.contract import SAMPLE_RATE
from models.speech.nemo.recognizer import NemoRecognizer
from models.speech.nemo.restore import quiet_nemo

# Each word is a chord that glides up for 0.4 s from a pitch of its own, a fifth above the word before it.
WORD_S, LOWEST_HZ, STEP = 0.4, 300.0, 1.5
STEPS, ROWS = 260, 8


@dataclass(frozen=True)
class Utterance:
    """`audio` float32 [n] at 16 kHz; `spans` seconds in which each word sounds."""

    audio: NDArray[np.float32]
    words: tuple[str, ...]
    spans: tuple[tuple[float, float], ...]

    @property
    def text(self) -> str:
        return " ".join(self.words)


def tone(pitch: float) -> NDArray[np.float32]:
    """The sound of word number `pitch`; what lies between two numbers sounds like either."""
    time = np.arange(round(WORD_S * SAMPLE_RATE)) / SAMPLE_RATE
    hertz = LOWEST_HZ * STEP**pitch
    chord = np.sin(2 * np.pi * hertz * time)
    chord += 0.6 * np.sin(2 * np.pi * hertz * (1.5 + 0.75 * time / WORD_S) * time)
    return (0.2 * chord * np.minimum(1, np.minimum(time, WORD_S - time) / 0.03)).astype(np.float32)


def utter(words: Sequence[str], rng: random.Random, pauses: tuple[float, float] = (0.1, 0.5)) -> Utterance:
    """`words` spoken with random pauses before, between and after them, over faint noise."""
    parts: list[NDArray[np.float32]] = []
    spans: list[tuple[float, float]] = []
    for word in words:
        parts.append(np.zeros(round(rng.uniform(*pauses) * SAMPLE_RATE), np.float32))
        start = sum(map(len, parts)) / SAMPLE_RATE
        parts.append(tone(WORDS.index(word)))
        spans.append((start, start + WORD_S))
    parts.append(np.zeros(round(rng.uniform(0.3, 0.6) * SAMPLE_RATE), np.float32))
    audio = np.concatenate(parts)
    noise = np.random.default_rng(rng.randrange(1 << 30)).standard_normal(len(audio))
    return Utterance((audio + 0.003 * noise).astype(np.float32), tuple(words), tuple(spans))


def sentence(rng: random.Random, most: int) -> list[str]:
    """Random words, none twice in a row."""
    words = rng.choices(WORDS, k=rng.randint(1, most))
    return words[:1] + [word for before, word in pairwise(words) if word != before]


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
        train(model, random.Random(1))
    return model.eval()


def train(model: Any, rng: random.Random) -> None:
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=STEPS, pct_start=0.15)
    model.train()
    for _ in range(STEPS):
        sounds, lengths, targets, target_lengths = _batch(model, rng)
        encoded, frames = model(input_signal=sounds, input_signal_length=lengths)
        predicted, target_lengths, _ = model.decoder(targets=targets, target_length=target_lengths)
        joint = model.joint(encoder_outputs=encoded, decoder_outputs=predicted)
        spoken = {"targets": targets, "input_lengths": frames, "target_lengths": target_lengths}
        loss = model.loss(log_probs=joint, **spoken)
        loss = loss + model.ctc_loss(log_probs=model.ctc_decoder(encoder_output=encoded), **spoken)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()


def _batch(model: Any, rng: random.Random) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    utterances = [utter(sentence(rng, 4), rng, (0.1, 0.8)) for _ in range(ROWS)]
    sounds = [torch.from_numpy(utterance.audio) for utterance in utterances]
    tokens = [torch.tensor(model.tokenizer.text_to_ids(utterance.text)) for utterance in utterances]
    pad = torch.nn.utils.rnn.pad_sequence
    return (
        pad(sounds, batch_first=True),
        torch.tensor([len(sound) for sound in sounds]),
        pad(tokens, batch_first=True),
        torch.tensor([len(row) for row in tokens]),
    )


@pytest.fixture(scope="session")
def hybrid(trained: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trained model as a checkpoint: hybrid, cache-aware."""
    path = tmp_path_factory.mktemp("checkpoints") / "tones.nemo"
    with quiet_nemo():
        trained.save_to(str(path))
    return path


@pytest.fixture(scope="session", params=["per_feature"])
def buffered(
    request: pytest.FixtureRequest, trained: Any, tokenizer: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The same weights in an encoder that looks ahead without bound: no cache. param: how features are normalised."""
    path = tmp_path_factory.mktemp("checkpoints") / "tones-buffered.nemo"
    config = hybrid_config(tokenizer)
    config["encoder"]["att_context_style"] = "regular"
    config["preprocessor"]["normalize"] = request.param
    with quiet_nemo():
        other = type(trained)(cfg=OmegaConf.create(config))
        other.load_state_dict(trained.state_dict())
        other.save_to(str(path))
    return path


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
