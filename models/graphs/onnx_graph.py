"""Run an ONNX graph in this process, with onnxruntime."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnxruntime

from models.graphs.contract import Tensor
from models.graphs.errors import GraphError
from models.graphs.providers import providers, require_used, session_options


class OnnxGraph:
    """A `GraphRunner` on onnxruntime; `on_gpu` tells whether it computes on one, `declared` what its inputs are."""

    def __init__(self, graph: bytes, device: str = "cpu", threads: int = 1, engines: Path | None = None) -> None:
        """Load a serialised graph for "cpu", "cuda", "cuda:1" or "tensorrt"; see `providers` for `engines`.

        Raises NoAccelerator where the device is not there, and GraphError where onnxruntime cannot load the graph.
        """
        wanted = providers(device, engines)
        try:
            session = onnxruntime.InferenceSession(graph, session_options(threads), providers=wanted)
        except Exception as error:  # onnxruntime's errors share no base
            raise GraphError(f"onnxruntime cannot load the graph: {_one_line(error)}") from error
        require_used(session, device)
        self._session = session
        self.declared: tuple[onnxruntime.NodeArg, ...] = tuple(session.get_inputs())
        self.inputs = tuple(tensor.name for tensor in self.declared)
        self.outputs = tuple(tensor.name for tensor in session.get_outputs())
        self.on_gpu = not device.startswith("cpu")
        self._index = int(device.partition(":")[2] or 0)

    def run(self, tensors: Mapping[str, Tensor]) -> list[Tensor]:
        """The graph's outputs, in the order of `outputs`. Raises GraphError where the tensors do not fit the graph."""
        try:
            if self.on_gpu:
                return run_bound(self._session, tensors, "cuda", self._index)
            results: list[Tensor] = self._session.run(None, dict(tensors))
        except Exception as error:  # onnxruntime's errors share no base
            raise GraphError(f"onnxruntime cannot run the graph: {_one_line(error)}") from error
        return results


def run_bound(
    session: onnxruntime.InferenceSession, tensors: Mapping[str, Tensor], device: str, index: int
) -> list[Tensor]:
    """Run with inputs and outputs in the memory of `device` (IO binding): one copy in, one out, none between.

    Without it onnxruntime waits for the device after every output that it copies.
    """
    binding = session.io_binding()
    for name, tensor in tensors.items():
        value = onnxruntime.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(tensor), device, index)
        binding.bind_ortvalue_input(name, value)
    for output in session.get_outputs():
        binding.bind_output(output.name, device, index)
    session.run_with_iobinding(binding)
    results: list[Tensor] = binding.copy_outputs_to_cpu()
    return results


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
