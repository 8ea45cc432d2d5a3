"""A Whisper of a few thousand random weights."""

import pytest
import torch

from models.speech.torch_whisper.network import Shape, Whisper

SHAPE = Shape(mels=8, width=16, heads=2, layers=2, inner=32, vocabulary=40, frames=20, positions=32)


@pytest.fixture
def tiny() -> Whisper:
    torch.manual_seed(11)
    network = Whisper(SHAPE).requires_grad_(False).eval()
    for parameter in network.parameters():
        parameter.normal_(std=0.6)
    return network
