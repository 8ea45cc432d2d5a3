"""The least work of Whisper on a segment, counted from the weights of its CTranslate2 conversion."""

import struct
from math import prod
from pathlib import Path
from typing import BinaryIO

from tokenizers import Tokenizer

from models.speech.transcript import Transcript
from ops.bench.ceiling import Work

FLOAT_BYTES = 4
PROMPT = 4  # tokens before the first that is said: start, language, task, no timestamps


class WhisperWork:
    """What one segment costs at least: the encoder's window once, and each token of the text once per beam.

    Every segment fills the window of 30 s, whatever its length. Linear layers, convolutions and attention count;
    the pass for word times does not. From memory come the weights, one byte each (int8): the encoder's once, the
    decoder's for every token; and with every token the window's keys and values (float32).
    Architecture: Radford et al., Robust Speech Recognition (2022).
    """

    def __init__(self, folder: Path, beam_size: int) -> None:
        """Read the sizes in `folder`/model.bin. Raises OSError or struct.error where it is no such file."""
        sizes = read_sizes(folder / "model.bin")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._beam_size = beam_size
        positions, width = sizes["encoder/position_encodings/encodings"]
        self.encoder = positions * (
            2 * prod(sizes["encoder/conv1/weight"])  # before the second convolution halves the time steps
            + prod(sizes["encoder/conv2/weight"])
            + _linear(sizes, "encoder/layer_")
            + _layers(sizes, "encoder") * 2 * positions * width  # queries by keys, then weights by values
        )
        # The keys and values of the window, once for each decoder layer.
        self.memory = positions * sum(
            prod(shape) for name, shape in sizes.items() if name.endswith("/attention/linear_1/weight")
        )
        self.token = (
            _linear(sizes, "decoder/layer_")
            - self.memory // positions
            + _layers(sizes, "decoder") * 2 * positions * width
            + prod(sizes["decoder/embeddings/weight"])
        )

        self.encoder_bytes = (
            prod(sizes["encoder/conv1/weight"])
            + prod(sizes["encoder/conv2/weight"])
            + _linear(sizes, "encoder/layer_")
            + self.memory // positions
        )
        self.token_bytes = (
            _linear(sizes, "decoder/layer_")
            - self.memory // positions
            + prod(sizes["decoder/embeddings/weight"])
            + _layers(sizes, "decoder") * 2 * positions * width * FLOAT_BYTES
        )

    def __call__(self, transcript: Transcript) -> list[Work]:
        """Of one segment that was transcribed so: the encoder, then the tokens."""
        tokens = len(self._tokenizer.encode(transcript.text, add_special_tokens=False).ids)
        # The prompt goes through at once; all beams of a token read the weights together.
        return [
            Work(self.encoder + self.memory, self.encoder_bytes),
            Work(self.token * (PROMPT + self._beam_size * (tokens + 1)), self.token_bytes * (tokens + 2)),
        ]


def read_sizes(model: Path) -> dict[str, tuple[int, ...]]:
    """The shapes of a CTranslate2 model's variables by name.

    Format: ctranslate2/specs/model_spec.py, `_serialize`, version 6: little endian; names end with a zero byte.
    """
    with model.open("rb") as file:
        _read(file, "I")
        _name(file)
        _read(file, "I")
        sizes = {}
        for _ in range(_read(file, "I")):
            name = _name(file)
            sizes[name] = tuple(_read(file, "I") for _ in range(_read(file, "B")))
            _read(file, "B")
            file.seek(_read(file, "I"), 1)
    return sizes


def _layers(sizes: dict[str, tuple[int, ...]], part: str) -> int:
    return len({name.split("/")[1] for name in sizes if name.startswith(f"{part}/layer_") and "/ffn/" in name})


def _linear(sizes: dict[str, tuple[int, ...]], prefix: str) -> int:
    """Values in the matrices of linear layers; biases are vectors."""
    layers = [shape for name, shape in sizes.items() if name.startswith(prefix) and "/linear_" in name]
    return sum(prod(shape) for shape in layers if len(shape) == 2)


def _name(file: BinaryIO) -> str:
    return file.read(_read(file, "H")).rstrip(b"\0").decode()


def _read(file: BinaryIO, kind: str) -> int:
    (value,) = struct.unpack(f"<{kind}", file.read(struct.calcsize(f"<{kind}")))
    return int(value)
