"""The least work of Whisper on a segment, counted from the weights of its CTranslate2 conversion."""

import struct
from math import prod
from pathlib import Path
from typing import BinaryIO

from tokenizers import Tokenizer

from models.speech.contract import Segment
from models.speech.features import FRAMES_PER_SECOND
from models.speech.transcript import Transcript
from models.speech.whisper_decoding import window_s
from ops.bench.ceiling import Work

FLOAT_BYTES = 4
PROMPT = 4  # tokens before the first that is said: start, language, task, no timestamps


class WhisperWork:
    """What one segment costs at least: its window through the encoder once, and each token of the text once per beam.

    Linear layers, convolutions and attention count; the pass for word times does not. From memory come the weights, one
    byte each (int8): the encoder's once, the decoder's for every token; and with every token the window's keys and
    values (float32). Architecture: Radford et al., Robust Speech Recognition (2022).
    """

    def __init__(self, folder: Path, beam_size: int) -> None:
        """Read the sizes in `folder`/model.bin. Raises OSError or struct.error where it is no such file."""
        self._sizes = read_sizes(folder / "model.bin")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._beam_size = beam_size
        _, self._width = self._sizes["encoder/position_encodings/encodings"]

    def __call__(self, segment: Segment, transcript: Transcript) -> list[Work]:
        """Of one segment that was transcribed so: the encoder, then the tokens."""
        tokens = len(self._tokenizer.encode(transcript.text, add_special_tokens=False).ids)
        positions = window_s(segment) * FRAMES_PER_SECOND // 2
        token = self._token(positions)
        # The prompt goes through at once; all beams of a token read the weights together.
        return [
            self._encoder(positions),
            Work(token.macs * (PROMPT + self._beam_size * (tokens + 1)), token.bytes * (tokens + 2)),
        ]

    def _encoder(self, positions: int) -> Work:
        """The window, and its keys and values for each decoder layer."""
        first, second = (prod(self._sizes[f"encoder/conv{n}/weight"]) for n in (1, 2))
        layers = _linear(self._sizes, "encoder/layer_")
        # Queries by keys, then weights by values.
        attention = _layers(self._sizes, "encoder") * 2 * positions * self._width
        # The first convolution comes before the second halves the time steps.
        return Work(
            positions * (2 * first + second + layers + attention + self._memory()),
            first + second + layers + self._memory(),
        )

    def _memory(self) -> int:
        """Weights that make the window's keys and values."""
        return sum(prod(shape) for name, shape in self._sizes.items() if name.endswith("/attention/linear_1/weight"))

    def _token(self, positions: int) -> Work:
        weights = (
            _linear(self._sizes, "decoder/layer_") - self._memory() + prod(self._sizes["decoder/embeddings/weight"])
        )
        remembered = _layers(self._sizes, "decoder") * 2 * positions * self._width
        return Work(weights + remembered, weights + FLOAT_BYTES * remembered)


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
