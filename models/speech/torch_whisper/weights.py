"""Read the catalogue's Whisper, which is a CTranslate2 model, into torch.

The file `model.bin` (CTranslate2, python/ctranslate2/specs/model_spec.py: ModelSpec._serialize), little-endian:
uint32 format version, string name of the specification, uint32 its revision, uint32 count, then as many variables
(string name, uint8 rank, uint32 per dimension, uint8 type, uint32 bytes, data), then uint32 count and as many aliases
(string name, string variable). A string is uint16 bytes, the last of them zero.
"""

import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, ValidationError

from models.speech.torch_whisper.network import Shape, Whisper

_SPECIFICATION = "WhisperSpec"
_FORMAT = 6
_DTYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}
# How CTranslate2 names the parts of a layer, and how they are named here.
_PARTS = {
    "self_attention/layer_norm": "norm1",
    "self_attention/linear_0": "self_attention.inner",
    "self_attention/linear_1": "self_attention.outer",
    "attention/layer_norm": "norm2",
    "attention/linear_0": "cross_attention.query",
    "attention/linear_1": "cross_attention.memory",
    "attention/linear_2": "cross_attention.outer",
    "ffn/layer_norm": "norm3",
    "ffn/linear_0": "up",
    "ffn/linear_1": "down",
}
_LEAVES = {"gamma": "weight", "beta": "bias"}


class WeightsError(Exception):
    """A folder does not hold a CTranslate2 Whisper that this can read."""


class _Config(BaseModel):
    """What config.json says beside the weights."""

    model_config = ConfigDict(frozen=True)

    alignment_heads: tuple[tuple[int, int], ...]  # (layer, head) whose attention follows the sound
    suppress_ids: tuple[int, ...]  # tokens that are never written
    suppress_ids_begin: tuple[int, ...]  # nor these, first


@dataclass(frozen=True)
class Loaded:
    """The network, on the CPU in the file's own number type, and the rules that come with it."""

    network: Whisper
    alignment_heads: tuple[tuple[int, int], ...]
    suppressed: tuple[int, ...]
    suppressed_first: tuple[int, ...]


def load_whisper(folder: Path) -> Loaded:
    """Read model.bin and config.json of `folder`. Raises WeightsError, whose message is one line."""
    variables = read_variables(folder / "model.bin")
    try:
        config = _Config.model_validate_json((folder / "config.json").read_bytes())
    except (OSError, ValidationError) as error:
        raise WeightsError(f"{folder / 'config.json'} cannot be used: {str(error).splitlines()[0]}") from None
    with torch.device("meta"):
        network = Whisper(_shape(variables, folder))
    weights = {_name(name): torch.from_numpy(values) for name, values in variables.items() if values.ndim}
    try:
        network.load_state_dict(weights, strict=True, assign=True)
    except RuntimeError as error:
        raise WeightsError(f"{folder}: other weights than Whisper's: {' '.join(str(error).split())[:300]}") from None
    return Loaded(
        network=network.requires_grad_(False).eval(),
        alignment_heads=config.alignment_heads,
        suppressed=config.suppress_ids,
        suppressed_first=config.suppress_ids_begin,
    )


def read_variables(path: Path) -> dict[str, np.ndarray]:
    """The variables of a CTranslate2 Whisper by name, in float16 or float32 (scalars as they are).

    Raises WeightsError for another file, another model, one cut short, or one quantised to integers.
    """
    try:
        with path.open("rb") as file:
            return _read(_Reader(file, path.stat().st_size))
    except OSError as error:
        raise WeightsError(f"{path} cannot be read: {error.strerror}") from None
    except (struct.error, KeyError, UnicodeDecodeError, ValueError):
        raise WeightsError(f"{path} is no whole CTranslate2 model") from None
    except WeightsError as error:
        raise WeightsError(f"{path}: {error}") from None


def _read(reader: "_Reader") -> dict[str, np.ndarray]:
    version = reader.number("I")
    if version != _FORMAT:
        raise WeightsError(f"format {version} of CTranslate2 models is not known, only {_FORMAT}")
    specification = reader.string()
    if specification != _SPECIFICATION:
        raise WeightsError(f"holds a {specification}, no {_SPECIFICATION}")
    reader.number("I")  # revision
    variables = dict(reader.variable() for _ in range(reader.number("I")))
    for _ in range(reader.number("I")):
        reader.string(), reader.string()  # the output shares the embedding's weights, in the network as well
    quantised = [name for name, values in variables.items() if values.ndim and values.dtype.kind != "f"]
    if quantised:
        raise WeightsError("is quantised to integers: convert it as float16 or float32")
    return variables


class _Reader:
    """Reads the parts of a model file; what claims to be longer than the file is refused before it is read."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._size = file, size

    def number(self, code: str) -> int:
        (value,) = struct.unpack(f"<{code}", self._file.read(struct.calcsize(f"<{code}")))
        return int(value)

    def string(self) -> str:
        return self._file.read(self.number("H")).rstrip(b"\0").decode()

    def variable(self) -> tuple[str, np.ndarray]:
        name = self.string()
        shape = [self.number("I") for _ in range(self.number("B"))]
        dtype, size = np.dtype(_DTYPES[self.number("B")]), self.number("I")
        if size > self._size - self._file.tell():
            raise ValueError("cut short")
        return name, np.frombuffer(bytearray(self._file.read(size)), dtype).reshape(shape)


def _shape(variables: dict[str, np.ndarray], folder: Path) -> Shape:
    try:
        return Shape(
            mels=variables["encoder/conv1/weight"].shape[1],
            width=variables["encoder/conv1/weight"].shape[0],
            heads=int(variables["decoder/num_heads"]),
            layers=sum(name.endswith("attention/linear_2/bias") for name in variables),
            inner=variables["decoder/layer_0/ffn/linear_0/weight"].shape[0],
            vocabulary=variables["decoder/embeddings/weight"].shape[0],
            frames=variables["encoder/position_encodings/encodings"].shape[0],
            positions=variables["decoder/position_encodings/encodings"].shape[0],
        )
    except (KeyError, IndexError) as error:
        raise WeightsError(f"{folder} holds no Whisper: there is no {error}") from None


def _name(name: str) -> str:
    """CTranslate2's name of a variable to the network's."""
    side, _, rest = name.partition("/")
    part, _, leaf = rest.rpartition("/")
    inside = re.fullmatch(r"layer_(\d+)/(.+)", part)
    if inside:
        place = f"layers.{inside[1]}.{_PARTS.get(inside[2], inside[2])}"
    else:
        place = {"layer_norm": "norm", "position_encodings": "positions", "embeddings": "embedding"}.get(part, part)
    return f"{side}.{place}" if leaf == "encodings" else f"{side}.{place}.{_LEAVES.get(leaf, leaf)}"
