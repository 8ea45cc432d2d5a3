"""The network that turns a stretch of speech into a vector of its voice, and its published weights.

GE2E (Wan et al. 2018, "Generalized end-to-end loss for speaker verification"): three LSTM layers of 256, whose last
state goes through one linear layer. Weights, and the rectifier before the normalisation, are those of resemblyzer 0.1.4
(Corentin Jemine, Apache-2.0).
"""

import pickle
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.speakers.features import MELS

DIMENSIONS = 256
_LAYERS = 3


class WeightsError(RuntimeError):
    """The weights are missing, corrupt or another model's; the message is one line and names the file."""


class SpeakerNetwork(nn.Module):
    """Mel power float32 [n, frames, MELS] -> [n, DIMENSIONS] of length 1; none of its numbers is negative."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(MELS, DIMENSIONS, _LAYERS, batch_first=True)
        self.linear = nn.Linear(DIMENSIONS, DIMENSIONS)

    def forward(self, mels: Tensor) -> Tensor:
        _, (hidden, _) = self.lstm(mels)
        return functional.normalize(functional.relu(self.linear(hidden[-1])), dim=1)


def load_network(file: Path) -> SpeakerNetwork:
    """The network with the weights in resemblyzer's `file`; of it only tensors are read. Raises WeightsError."""
    try:
        stored = torch.load(file, map_location="cpu", weights_only=True)["model_state"]
    except OSError as error:
        raise WeightsError(f"{file} cannot be read: {error.strerror}; fetch the model again") from None
    except (pickle.UnpicklingError, RuntimeError, EOFError, KeyError, TypeError):
        raise WeightsError(f"{file} is corrupt or no checkpoint of weights") from None
    with torch.device("meta"):
        network = SpeakerNetwork()
    try:
        # Beside the network's own the file holds the scale and offset of the loss that it was trained with.
        weights = {name: stored[name] for name in network.state_dict()}
        network.load_state_dict(weights, strict=True, assign=True)
    except (KeyError, RuntimeError, AttributeError, TypeError):
        raise WeightsError(f"{file} holds other weights than this network's") from None
    network.lstm.flatten_parameters()
    return network.eval().requires_grad_(False)
