"""Which of onnxruntime's execution providers run a graph on which device."""

from pathlib import Path
from typing import Any

import onnxruntime

from models.graphs.errors import NoAccelerator

Provider = tuple[str, dict[str, Any]]

_CPU: Provider = ("CPUExecutionProvider", {})
_NAMES = {"cuda": "CUDAExecutionProvider", "tensorrt": "TensorrtExecutionProvider"}


def providers(device: str, engines: Path | None = None) -> list[Provider]:
    """Execution providers, each with its options, for "cpu", "cuda" or "tensorrt"; "cuda:1" is the second GPU.

    TensorRT leaves what it cannot run to CUDA, and CUDA to the CPU. `engines` is a folder for the engines that TensorRT
    builds in minutes, so that the next start loads them. Raises NoAccelerator where the onnxruntime that is installed
    cannot use the device, and ValueError for any other name.
    """
    kind, _, index = device.partition(":")
    if kind == "cpu":
        return [_CPU]
    if kind not in _NAMES:
        raise ValueError(f"{device} is no device: use cpu, cuda or tensorrt")
    if _NAMES[kind] not in onnxruntime.get_available_providers():
        raise NoAccelerator(
            f"{device} was asked for, but the onnxruntime installed here has no {_NAMES[kind]}. "
            "Use the device cpu, or install onnxruntime-gpu in place of onnxruntime."
        )
    cuda: Provider = (_NAMES["cuda"], {"device_id": int(index or 0)})
    if kind == "cuda":
        return [cuda, _CPU]
    kept = {} if engines is None else {"trt_engine_cache_enable": True, "trt_engine_cache_path": str(engines)}
    return [(_NAMES["tensorrt"], {"device_id": int(index or 0), **kept}), cuda, _CPU]


def require_used(session: onnxruntime.InferenceSession, device: str) -> None:
    """Raise NoAccelerator unless `session` runs on `device`.

    onnxruntime goes on without a provider whose libraries or GPU it does not find, and only logs it.
    """
    kind = device.partition(":")[0]
    if kind in _NAMES and _NAMES[kind] not in session.get_providers():
        raise NoAccelerator(
            f"{device} was asked for, but onnxruntime found no GPU or not the libraries to use it. "
            "Check the driver with nvidia-smi, or use the device cpu."
        )


def session_options(threads: int) -> onnxruntime.SessionOptions:
    """Options of an onnxruntime session on `threads` threads, quiet below errors."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # published graphs carry weights that they do not use
    options.intra_op_num_threads = threads
    # Several sessions on few cores: threads that spin while they wait slow each other down.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options
