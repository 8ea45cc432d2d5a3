"""Run a torch network as a graph."""

from collections.abc import Mapping

import torch
from torch import nn

from models.graphs.contract import Tensor


class TorchNetwork:
    """A `GraphRunner` of a network of one input and one output, on `device`."""

    def __init__(self, network: nn.Module, device: str = "cpu", *, given: str = "crops", found: str = "rows") -> None:
        self.inputs: tuple[str, ...] = (given,)
        self.outputs: tuple[str, ...] = (found,)
        self._device = torch.device(device)
        self._network = network.to(self._device)

    @torch.inference_mode()
    def run(self, tensors: Mapping[str, Tensor]) -> list[Tensor]:
        """The network's output, alone in a list."""
        batch = torch.from_numpy(tensors[self.inputs[0]]).to(self._device)
        return [self._network(batch).cpu().numpy()]
