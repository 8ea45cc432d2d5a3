"""Run an ONNX graph in this process, with onnxruntime."""

from collections.abc import Mapping

import onnxruntime

from models.graphs.contract import Tensor


class OnnxGraph:
    """A `GraphRunner` on onnxruntime; `on_gpu` tells whether it found the GPU it was to use."""

    def __init__(self, graph: bytes, device: str = "cpu", threads: int = 1) -> None:
        """Load a serialised graph. Raises what onnxruntime raises for one that it cannot load."""
        self._session = onnxruntime.InferenceSession(graph, session_options(threads), providers=providers(device))
        self.inputs = tuple(tensor.name for tensor in self._session.get_inputs())
        self.outputs = tuple(tensor.name for tensor in self._session.get_outputs())
        self.on_gpu = "CUDAExecutionProvider" in self._session.get_providers()

    def run(self, tensors: Mapping[str, Tensor]) -> list[Tensor]:
        """The graph's outputs, in the order of `outputs`."""
        results: list[Tensor] = self._session.run(None, dict(tensors))
        return results


def session_options(threads: int) -> onnxruntime.SessionOptions:
    """Options of an onnxruntime session on `threads` threads, quiet below errors."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # published graphs carry weights that they do not use
    options.intra_op_num_threads = threads
    # Several sessions on few cores: threads that spin while they wait slow each other down.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def providers(device: str) -> list[str]:
    """Execution providers for "cpu" or "cuda", the latter where this onnxruntime has it; the CPU always last."""
    wanted = ["CUDAExecutionProvider"] if device.startswith("cuda") else []
    return [name for name in wanted if name in onnxruntime.get_available_providers()] + ["CPUExecutionProvider"]
