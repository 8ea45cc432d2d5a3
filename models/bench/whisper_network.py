"""Whisper base's network at work on its own: features, encoder, search and alignment, without a tokenizer."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from models.bench.whisper_work import PROMPT
from models.speech.contract import SAMPLE_RATE
from models.speech.features import FRAMES_PER_SECOND, WINDOW_S, LogMel
from models.speech.torch_whisper.alignment import token_starts
from models.speech.torch_whisper.decode import BeamDecoder, SpecialTokens
from models.speech.torch_whisper.network import Shape, Whisper
from models.speech.torch_whisper.weights import load_whisper
from models.speech.whisper_decoding import BEAM_SIZE

# openai/whisper-base, config.json; the file of the catalogue has the same.
SHAPE = Shape(mels=80, width=512, heads=8, layers=6, inner=2048, vocabulary=51865, frames=1500, positions=448)
HEADS = ((3, 1), (4, 2), (4, 3), (4, 7), (5, 1), (5, 2), (5, 4), (5, 6))  # whose attention follows the sound
END, NO_SPEECH, START = 50257, 50362, (50258, 50259, 50359, 50363)  # START: of English without times
FRAMES = WINDOW_S * FRAMES_PER_SECOND // 2  # of encoded sound
TOKENS = 96  # of a row: 28 s of ordinary speech


def network_run(folder: Path | None, rows: int, seconds: float, device: str) -> Callable[[], list[int]]:
    """A function that takes `rows` noises of that length through the network, and gives the tokens of each row.

    The weights are those in `folder`, or random ones. The end is never written, so that every row has TOKENS tokens.
    """
    dtype = torch.float32 if device == "cpu" else torch.float16
    network = (_random() if folder is None else load_whisper(folder).network).to(device, dtype)
    features = LogMel(SHAPE.mels, device)
    decoder = BeamDecoder(network.decoder, SpecialTokens(END, NO_SPEECH, (END,), ()), BEAM_SIZE)
    noise = np.random.default_rng(0).normal(0, 0.1, (rows, round(seconds * SAMPLE_RATE))).astype(np.float32)
    steps = [int(seconds * FRAMES_PER_SECOND / 2)] * rows

    @torch.inference_mode()
    def run() -> list[int]:
        memory = network.decoder.memory(network.encoder(features(list(noise)).to(dtype)))
        prompts = torch.tensor(START, device=device).expand(rows, -1)
        texts = [row.tokens for row in decoder.decode(memory, prompts, TOKENS)]
        whole = torch.tensor([[*START, *text, END] for text in texts], device=device)
        hidden, looks = network.decoder.attention(whole, memory, HEADS)
        network.decoder.logits(hidden[:, PROMPT - 1 : -1]).softmax(-1).amax(-1).tolist()
        token_starts(looks, [whole.shape[1]] * rows, steps, PROMPT - 1)
        return [len(text) for text in texts]

    return run


def _random() -> Whisper:
    torch.manual_seed(0)
    network = Whisper(SHAPE).requires_grad_(False).eval()
    for weight in network.parameters():
        weight.normal_(std=0.02)
    return network
