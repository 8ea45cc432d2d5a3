"""A model of Triton's Python backend that runs the ONNX graph beside it.

This file is copied into model repositories and runs inside the server, where nothing of Parley is installed.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import triton_python_backend_utils as triton  # type: ignore[import-not-found]


class TritonPythonModel:
    """One instance of the model; the server calls its methods by these names."""

    def initialize(self, args: dict[str, str]) -> None:
        """Load the graph of this version, on the GPU where the instance has one."""
        config = json.loads(args["model_config"])
        self._inputs = [tensor["name"] for tensor in config["input"]]
        self._outputs = [tensor["name"] for tensor in config["output"]]
        providers: list[Any] = ["CPUExecutionProvider"]
        if args["model_instance_kind"] == "GPU":
            providers.insert(0, ("CUDAExecutionProvider", {"device_id": int(args["model_instance_device_id"])}))
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = 1  # the server runs instances side by side
        graph = Path(args["model_repository"], args["model_version"], "model.onnx")
        self._session = onnxruntime.InferenceSession(str(graph), options, providers=providers)

    def execute(self, requests: list[Any]) -> list[Any]:
        """Run the requests that the server has gathered as one batch, and give each its rows."""
        given = [
            [triton.get_input_tensor_by_name(request, name).as_numpy() for request in requests] for name in self._inputs
        ]
        batch = {n: _joined(parts) for n, parts in zip(self._inputs, given, strict=True)}
        found = self._session.run(self._outputs, batch)
        ends = np.cumsum([len(part) for part in given[0]])[:-1]
        split = [np.split(output, ends) for output in found]
        return [
            triton.InferenceResponse([triton.Tensor(n, part) for n, part in zip(self._outputs, parts, strict=True)])
            for parts in zip(*split, strict=True)
        ]


def _joined(parts: list[Any]) -> Any:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
