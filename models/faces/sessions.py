"""How every ONNX graph of this room runs."""

import onnxruntime


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
