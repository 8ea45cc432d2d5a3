"""The least work of Whisper on a segment that was transcribed."""

from pathlib import Path

from tokenizers import Tokenizer

from models.bench.ceiling import Work
from models.bench.whisper_work import whisper_work
from models.speech.contract import Segment
from models.speech.features import FRAMES_PER_SECOND
from models.speech.torch_whisper.weights import load_whisper
from models.speech.transcript import Transcript
from models.speech.whisper_decoding import window_s

INT8_BYTES, FLOAT32_BYTES = 1, 4


class WhisperWork:
    """What one segment costs at least, in int8: its window through the encoder, each token of the text once per beam.

    See `models.bench.whisper_work`.
    """

    def __init__(self, folder: Path, beam_size: int) -> None:
        """Of the Whisper in `folder`. Raises WeightsError where it is none."""
        self._shape = load_whisper(folder).network.shape
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._beam_size = beam_size

    def __call__(self, segment: Segment, transcript: Transcript) -> list[Work]:
        """Of one segment that was transcribed so: the encoder, then the tokens."""
        tokens = len(self._tokenizer.encode(transcript.text, add_special_tokens=False).ids) + 1  # the end's own
        frames = window_s(segment) * FRAMES_PER_SECOND // 2
        return whisper_work(
            self._shape, frames, [tokens], self._beam_size, weight_bytes=INT8_BYTES, value_bytes=FLOAT32_BYTES
        )
