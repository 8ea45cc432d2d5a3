"""The least work of Whisper on a batch, counted from the network's shape."""

from collections.abc import Sequence

from models.bench.ceiling import Work
from models.speech.torch_whisper.network import Shape

PROMPT = 4  # tokens before the first that is said: start, language, task, no timestamps


def whisper_work(
    shape: Shape, frames: int, tokens: Sequence[int], beams: int, *, weight_bytes: int, value_bytes: int
) -> list[Work]:
    """Of a batch whose row i writes tokens[i] tokens, in a window of `frames` encoded frames: encoder, then decoder.

    Linear layers, convolutions and attention count; features and the pass for word times do not. From memory come the
    weights: the encoder's once, the decoder's for every token of the longest row; and with every token of a row its
    window's keys and values, which its beams share. Architecture: Radford et al., Robust Speech Recognition (2022).
    """
    width, inner, layers = shape.width, shape.inner, shape.layers
    # The first convolution comes before the second halves the time steps.
    first, second = 3 * shape.mels * width, 3 * width * width
    encoder = layers * (4 * width * width + 2 * width * inner)
    memory = layers * 2 * width * width
    decoder = layers * (6 * width * width + 2 * width * inner) + shape.vocabulary * width
    window = layers * 2 * frames * width  # a row's keys and values; queries by keys, then weights by values
    rows, written = len(tokens), sum(tokens)
    return [
        Work(
            rows * frames * (2 * first + second + encoder + memory + layers * 2 * frames * width),
            weight_bytes * (first + second + encoder + memory),
        ),
        Work(
            (decoder + window) * (rows * PROMPT + beams * written),
            weight_bytes * decoder * (1 + max(tokens)) + value_bytes * window * (rows + written),
        ),
    ]
