"""Write a Triton model repository: what an inference server needs to serve graphs.

Layout and configuration: Triton Inference Server, "Model Repository" and "Model Configuration" (model_config.proto).
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal

import onnx
from google.protobuf import text_format  # type: ignore[import-untyped]
from tritonclient.grpc.model_config_pb2 import DataType, ModelConfig, ModelInstanceGroup, ModelQueuePolicy  # type: ignore[import-untyped]

from models.graphs.errors import GraphError

Backend = Literal["onnxruntime", "python"]

# How long a request waits for others where an instance is free; while none is, requests gather anyway.
QUEUE_DELAY_US = 500
QUEUE_S = 10  # a request that waited so long is refused, for nobody waits for it any more
VERSIONS_SERVED = 2  # the newest, and the one before it for clients that started with it

_DATATYPES: dict[int, int] = {
    onnx.TensorProto.FLOAT: DataType.TYPE_FP32,
    onnx.TensorProto.FLOAT16: DataType.TYPE_FP16,
    onnx.TensorProto.UINT8: DataType.TYPE_UINT8,
    onnx.TensorProto.INT32: DataType.TYPE_INT32,
    onnx.TensorProto.INT64: DataType.TYPE_INT64,
    onnx.TensorProto.BOOL: DataType.TYPE_BOOL,
}


@dataclass(frozen=True)
class Exported:
    """A graph to be served: its name on the server, the serialised ONNX, and how many rows it takes at once."""

    name: str
    graph: bytes
    max_batch: int


def write_repository(
    folder: Path, graphs: Sequence[Exported], backend: Backend, *, instances: int = 1, gpu: bool = False
) -> list[Path]:
    """Write or extend the repository in `folder`; returns the folder of the version written of each graph.

    A graph that is there already in these very bytes gets no new version. "onnxruntime" is for ordinary Triton servers;
    "python" for those without that backend, and needs onnxruntime in the server's Python. `instances` of each model
    compute side by side, on every GPU or on the CPU. A version appears as a whole or not at all, so that a server that
    polls the folder never loads half of one. Raises GraphError where a graph cannot be served in batches.
    """
    return [_write(folder / entry.name, entry, backend, instances, gpu) for entry in graphs]


def _write(folder: Path, entry: Exported, backend: Backend, instances: int, gpu: bool) -> Path:
    config = _config(entry, backend, instances, gpu)
    folder.mkdir(parents=True, exist_ok=True)
    versions = sorted(int(path.name) for path in folder.iterdir() if path.name.isdecimal())
    newest = folder / str(versions[-1]) if versions else None
    if newest is None or (newest / "model.onnx").read_bytes() != entry.graph:
        newest = folder / str(versions[-1] + 1 if versions else 1)
        staging = folder / f".{newest.name}.writing"
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir()
        (staging / "model.onnx").write_bytes(entry.graph)
        if backend == "python":
            (staging / "model.py").write_text(resources.files("models.graphs").joinpath("triton_model.py").read_text())
        staging.rename(newest)
    _write_config(folder, text_format.MessageToString(config))
    return newest


def _write_config(folder: Path, text: str) -> None:
    """Where it changes: a server loads a model anew whose configuration was written."""
    config = folder / "config.pbtxt"
    if not config.is_file() or config.read_text() != text:
        draft = folder / ".config.writing"
        draft.write_text(text)
        draft.replace(config)


def _config(entry: Exported, backend: Backend, instances: int, gpu: bool) -> ModelConfig:
    graph = _read(entry).graph
    weights = {weight.name for weight in graph.initializer}
    config = ModelConfig(name=entry.name, backend=backend, max_batch_size=entry.max_batch)
    if backend == "onnxruntime":
        config.default_model_filename = "model.onnx"
    for value in graph.input:
        if value.name not in weights:
            config.input.add(name=value.name, data_type=_datatype(value), dims=_dims(entry, value))
    for value in graph.output:
        config.output.add(name=value.name, data_type=_datatype(value), dims=_dims(entry, value))
    kind = ModelInstanceGroup.KIND_GPU if gpu else ModelInstanceGroup.KIND_CPU
    config.instance_group.add(count=instances, kind=kind)
    config.version_policy.latest.num_versions = VERSIONS_SERVED
    batching = config.dynamic_batching
    batching.max_queue_delay_microseconds = QUEUE_DELAY_US
    batching.preferred_batch_size.append(entry.max_batch)
    batching.default_queue_policy.CopyFrom(
        ModelQueuePolicy(
            timeout_action=ModelQueuePolicy.REJECT,
            default_timeout_microseconds=QUEUE_S * 1_000_000,
            allow_timeout_override=True,
        )
    )
    return config


def _read(entry: Exported) -> onnx.ModelProto:
    try:
        return onnx.load_from_string(entry.graph)
    except Exception as error:  # protobuf's and onnx's errors share no base
        raise GraphError(f"{entry.name} is no ONNX graph: {error}") from error


def _datatype(value: onnx.ValueInfoProto) -> int:
    found = _DATATYPES.get(value.type.tensor_type.elem_type)
    if found is None:
        raise GraphError(f"{value.name} has a type that is not served: {value.type.tensor_type.elem_type}")
    return found


def _dims(entry: Exported, value: onnx.ValueInfoProto) -> list[int]:
    """The shape without the batch, -1 where it is free."""
    batch, *dims = value.type.tensor_type.shape.dim
    if not batch.dim_param:
        raise GraphError(f"{entry.name} cannot be served in batches: {value.name} has {batch.dim_value} rows always")
    return [dim.dim_value if dim.HasField("dim_value") else -1 for dim in dims]
