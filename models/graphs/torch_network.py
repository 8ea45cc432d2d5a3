"""Run a torch network as a graph."""

from collections.abc import Mapping

import torch
from torch import nn

from models.graphs.contract import Tensor


class TorchNetwork:
    """A `GraphRunner` of a network that takes "crops" and gives "rows", on `device`."""

    inputs: tuple[str, ...] = ("crops",)
    outputs: tuple[str, ...] = ("rows",)

    def __init__(self, network: nn.Module, device: str = "cpu") -> None:
        self._device = torch.device(device)
        self._network = network.to(self._device)

    @torch.inference_mode()
    def run(self, tensors: Mapping[str, Tensor]) -> list[Tensor]:
        """The network's output, alone in a list."""
        crops = torch.from_numpy(tensors["crops"]).to(self._device)
        return [self._network(crops).cpu().numpy()]
