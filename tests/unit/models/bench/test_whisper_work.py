"""The work that is counted from Whisper's shape is the work that its layers do."""

import math

import pytest
import torch
from torch import Tensor, nn

from models.bench.whisper_work import PROMPT, whisper_work
from models.speech.torch_whisper.network import Shape, Whisper

pytestmark = pytest.mark.unit

SHAPE = Shape(mels=8, width=16, heads=2, layers=3, inner=40, vocabulary=50, frames=20, positions=32)


def layer_macs(network: nn.Module, *inputs: Tensor) -> int:
    """Multiply-accumulates of the convolutions and linear layers of one pass; attention's are not among them."""
    total = 0

    def count(layer: nn.Module, _inputs: object, output: Tensor) -> None:
        nonlocal total
        total += output.numel() * math.prod(layer.weight.shape[1:])

    hooks = [
        layer.register_forward_hook(count) for layer in network.modules() if isinstance(layer, nn.Conv1d | nn.Linear)
    ]
    with torch.inference_mode():
        network(*inputs)
    for hook in hooks:
        hook.remove()
    return total


def test_the_encoder_is_counted_as_it_computes() -> None:
    rows, attention = 2, SHAPE.layers * 2 * SHAPE.frames * SHAPE.frames * SHAPE.width
    memory = SHAPE.frames * SHAPE.layers * 2 * SHAPE.width**2
    network = Whisper(SHAPE)
    encoder, _ = whisper_work(SHAPE, SHAPE.frames, [5, 7], 5, weight_bytes=2, value_bytes=2)
    layers = layer_macs(network.encoder, torch.zeros(rows, SHAPE.mels, 2 * SHAPE.frames))
    assert encoder.macs == layers + rows * (attention + memory)
    weights = sum(w.numel() for n, w in network.encoder.named_parameters() if w.dim() > 1 and n != "positions")
    remembered = sum(layer.cross_attention.memory.weight.numel() for layer in network.decoder.layers)
    assert encoder.bytes == 2 * (weights + remembered)


def test_the_decoder_reads_its_weights_for_every_step_and_a_window_for_every_token() -> None:
    frames, beams = 10, 3
    network = Whisper(SHAPE)
    weights = sum(w.numel() for n, w in network.decoder.named_parameters() if w.dim() > 1 and n != "positions")
    weights -= sum(layer.cross_attention.memory.weight.numel() for layer in network.decoder.layers)
    window = SHAPE.layers * 2 * frames * SHAPE.width
    _, decoder = whisper_work(SHAPE, frames, [5, 7], beams, weight_bytes=1, value_bytes=4)
    assert decoder.macs == (weights + window) * (2 * PROMPT + beams * 12)
    assert decoder.bytes == weights * 8 + 4 * window * (2 + 12)
