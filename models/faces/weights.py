"""Read the weights of a TensorFlow.js layers model: a JSON manifest beside binary shards, often quantised.

Format: TensorFlow.js converter, "weights manifest" (tfjs-core io/types.ts, WeightsManifestConfig); a quantised value q
stands for q * scale + min.
"""

import math
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from pydantic import BaseModel, TypeAdapter, ValidationError

_DTYPES: dict[str, np.dtype[Any]] = {"uint8": np.dtype("u1"), "uint16": np.dtype("<u2"), "float32": np.dtype("<f4")}


class WeightsError(RuntimeError):
    """A weights file is missing, corrupt or in another format; the message names the file."""


class _Quantization(BaseModel):
    dtype: Literal["uint8", "uint16"]
    scale: float
    min: float


class _Weight(BaseModel):
    name: str
    shape: list[int]
    dtype: Literal["float32"]
    quantization: _Quantization | None = None

    @property
    def stored(self) -> np.dtype[Any]:
        return _DTYPES[self.quantization.dtype if self.quantization else self.dtype]

    @property
    def bytes(self) -> int:
        return math.prod(self.shape) * self.stored.itemsize


class _Group(BaseModel):
    paths: list[str]
    weights: list[_Weight]


_MANIFEST = TypeAdapter(list[_Group])


def read_weights(folder: Path, name: str) -> dict[str, torch.Tensor]:
    """The float32 tensors of model `name` by their names in the manifest, in TensorFlow's axis order.

    Reads `<name>-weights_manifest.json` and the shards it names, all in `folder`. Raises WeightsError.
    """
    manifest = folder / f"{name}-weights_manifest.json"
    try:
        groups = _MANIFEST.validate_json(_read(manifest))
    except ValidationError as error:
        raise WeightsError(f"{manifest} is corrupt or no weights manifest: {error}") from error
    weights: dict[str, torch.Tensor] = {}
    for group in groups:
        data = b"".join(_read(folder / path) for path in group.paths)
        expected = sum(weight.bytes for weight in group.weights)
        if len(data) != expected:
            raise WeightsError(f"{folder / group.paths[0]} is corrupt: {len(data)} bytes where {expected} belong")
        offset = 0
        for weight in group.weights:
            weights[weight.name] = _tensor(weight, data, offset)
            offset += weight.bytes
    return weights


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise WeightsError(f"{path} cannot be read: {error.strerror}; fetch the model again") from error


def _tensor(weight: _Weight, data: bytes, offset: int) -> torch.Tensor:
    raw = np.frombuffer(data, weight.stored, math.prod(weight.shape), offset).astype(np.float32)
    if weight.quantization:
        raw = raw * np.float32(weight.quantization.scale) + np.float32(weight.quantization.min)
    return torch.from_numpy(raw.reshape(weight.shape))
