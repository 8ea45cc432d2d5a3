"""A .nemo checkpoint as a `Recognizer`, offline: CTC, RNN-T, TDT, hybrid (Parakeet, FastConformer) and Canary."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any

import torch

from models.speech.contract import SAMPLE_RATE, Capabilities, Segment
from models.speech.nemo.checkpoint import Checkpoint, opened
from models.speech.nemo.framed import FramedDecoding
from models.speech.nemo.prompted import PromptedDecoding
from models.speech.nemo.restore import restore
from models.speech.nemo.tokens import Said
from models.speech.transcript import Language, Transcript
from models.speech.words import transcript_of

# Rows of one batch are padded to the longest: shorter than this share of it, a row goes into the next batch.
SHORTEST_OF_LONGEST = 0.75
# Attention over a batch of this much sound takes about 10 GB in a model of 0.6 thousand million weights.
BATCH_S = {"cpu": 120.0, "cuda": 1200.0}
SHORTEST_S = 0.2  # less gives the encoder no frame
MAX_SEGMENT_S = 30.0


class NemoRecognizer:
    """A `Recognizer` over a .nemo checkpoint.

    `device` is "cpu" or "cuda" (there the encoder computes in bfloat16); `threads` CPU threads are torch's of this
    process. `languages` declares what the checkpoint speaks where its vocabulary does not tell. Safe to call from
    several threads: their batches queue for the one model.

    Word times are frames of the encoder; those of a Canary that does not write times itself are rougher, see
    `PromptedDecoding`.
    """

    def __init__(
        self, path: Path, device: str = "cpu", threads: int = 1, languages: Sequence[Language] | None = None
    ) -> None:
        """Raises CheckpointError where the file is no checkpoint this engine can use."""
        torch.set_num_threads(threads)
        with opened(path, languages) as checkpoint:
            model = restore(checkpoint, device)
        self._checkpoint: Checkpoint = checkpoint
        self._device = torch.device(device)
        self._lock = Lock()
        decoding = PromptedDecoding if checkpoint.decoder == "prompted" else FramedDecoding
        self._decode = decoding(model, checkpoint, encoder_frame_s(model))
        self.name = engine_name(checkpoint)
        self.capabilities = Capabilities(
            languages=checkpoint.languages, word_times=True, streaming=False, max_segment_s=MAX_SEGMENT_S
        )

    def transcribe(self, segments: Sequence[Segment]) -> list[Transcript]:
        """One transcript per segment, empty where nothing was said; see `Recognizer.transcribe`.

        Raises ValueError for a language that the checkpoint does not speak, NotFinite where it computes NaN.
        """
        for segment in segments:
            check_language(segment.language, self._checkpoint)
        transcripts: dict[int, Transcript] = {}
        for rows in buckets([segment.seconds for segment in segments], BATCH_S[self._device.type]):
            with self._lock:
                heard = self._said([segments[row] for row in rows])
            for row, said in zip(rows, heard, strict=True):
                transcripts[row] = transcript_of(said.words, segments[row], said.language, self.name)
        return [transcripts[row] for row in range(len(segments))]

    @torch.inference_mode()
    def _said(self, segments: Sequence[Segment]) -> list[Said]:
        lengths = [max(len(segment.audio), round(SHORTEST_S * SAMPLE_RATE)) for segment in segments]
        sounds = torch.zeros(len(segments), max(lengths))
        for sound, segment in zip(sounds, segments, strict=True):
            sound[: len(segment.audio)] = torch.from_numpy(segment.audio)
        with self._precision():
            return self._decode(
                sounds.to(self._device),
                torch.tensor(lengths, device=self._device),
                [segment.language for segment in segments],
            )

    def _precision(self) -> AbstractContextManager[object]:
        return torch.autocast("cuda", torch.bfloat16) if self._device.type == "cuda" else nullcontext()


def buckets(seconds: Sequence[float], most_s: float) -> list[list[int]]:
    """The rows of a batch, grouped by length: little padding, and at most `most_s` seconds in a group with it."""
    groups: list[list[int]] = []
    for row in sorted(range(len(seconds)), key=lambda row: -seconds[row]):
        longest = seconds[groups[-1][0]] if groups else 0.0
        fits = groups and seconds[row] >= SHORTEST_OF_LONGEST * longest and (len(groups[-1]) + 1) * longest <= most_s
        if fits:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def encoder_frame_s(model: Any) -> float:
    """Seconds per frame that the encoder gives."""
    return float(model.cfg.preprocessor.window_stride) * int(model.encoder.subsampling_factor)


def engine_name(checkpoint: Checkpoint) -> str:
    return f"{checkpoint.stem}/nemo-{version('nemo-toolkit')}"


def check_language(language: Language | None, checkpoint: Checkpoint) -> None:
    """Raises ValueError unless the checkpoint speaks it, or it is open."""
    if language is not None and language not in checkpoint.languages:
        raise ValueError(f"{checkpoint.stem} speaks {', '.join(checkpoint.languages)}, not {language}")
