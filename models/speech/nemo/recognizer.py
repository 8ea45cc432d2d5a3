"""A .nemo checkpoint as a `Recognizer`: CTC, RNN-T, TDT and hybrid models (Parakeet, FastConformer) offline."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from threading import Lock
from typing import Any

import torch

from models.speech.contract import SAMPLE_RATE, Capabilities, Segment
from models.speech.nemo.checkpoint import Checkpoint, opened
from models.speech.nemo.restore import restore, transducer_decoding
from models.speech.nemo.tokens import Token, words_of, written_language
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
    process. `languages` declares what the checkpoint speaks where its vocabulary does not tell. Hybrid checkpoints
    decode with their transducer. Safe to call from several threads: their batches queue for the one model.
    """

    def __init__(
        self, path: Path, device: str = "cpu", threads: int = 1, languages: Sequence[Language] | None = None
    ) -> None:
        """Raises CheckpointError where the file is no checkpoint this engine can use."""
        torch.set_num_threads(threads)
        with opened(path, languages) as checkpoint:
            self._model = restore(checkpoint, device)
        self._checkpoint: Checkpoint = checkpoint
        self._device = torch.device(device)
        self._lock = Lock()
        self._frame_s = encoder_frame_s(self._model)
        if checkpoint.decoder == "hybrid":
            self._model.change_decoding_strategy(transducer_decoding(), decoder_type="rnnt", verbose=False)
        elif checkpoint.decoder == "rnnt":
            self._model.change_decoding_strategy(transducer_decoding(), verbose=False)
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
                tokens = self._tokens([segments[row] for row in rows])
            for row, said in zip(rows, tokens, strict=True):
                transcripts[row] = self._transcript(said, segments[row])
        return [transcripts[row] for row in range(len(segments))]

    @torch.inference_mode()
    def _tokens(self, segments: Sequence[Segment]) -> list[list[Token]]:
        lengths = [max(len(segment.audio), round(SHORTEST_S * SAMPLE_RATE)) for segment in segments]
        sounds = torch.zeros(len(segments), max(lengths))
        for sound, segment in zip(sounds, segments, strict=True):
            sound[: len(segment.audio)] = torch.from_numpy(segment.audio)
        with self._precision():
            # Of a CTC model the first result is the log-probabilities, of the others the encoder's output.
            result = self._model(
                input_signal=sounds.to(self._device), input_signal_length=torch.tensor(lengths, device=self._device)
            )
        computed, frames = result[0].float(), result[1]
        if self._checkpoint.decoder == "ctc":
            return _collapsed(computed, frames, len(self._checkpoint.vocabulary))
        hypotheses = self._model.decoding.rnnt_decoder_predictions_tensor(computed, frames, return_hypotheses=True)
        return [self._said(hypothesis) for hypothesis in hypotheses]

    def _said(self, hypothesis: Any) -> list[Token]:
        starts = torch.as_tensor(hypothesis.timestamp).tolist()
        durations = torch.as_tensor(hypothesis.token_duration).tolist() or [1] * len(starts)  # TDT tells how long
        confidences = hypothesis.token_confidence
        return [
            Token(number, start, start + max(duration, 1), confidence)
            for number, start, duration, confidence in zip(
                torch.as_tensor(hypothesis.y_sequence).tolist(), starts, durations, confidences, strict=True
            )
        ]

    def _transcript(self, tokens: Sequence[Token], segment: Segment) -> Transcript:
        words = words_of(tokens, self._checkpoint.vocabulary, self._frame_s, self._text)
        language = segment.language or written_language(words, self._checkpoint.languages)
        return transcript_of(words, segment, language, self.name)

    def _text(self, numbers: list[int]) -> str:
        if self._checkpoint.subwords:
            return str(self._model.tokenizer.ids_to_text(numbers))
        return "".join(self._checkpoint.vocabulary[number] for number in numbers)

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


def _collapsed(log_probabilities: torch.Tensor, frames: torch.Tensor, blank: int) -> list[list[Token]]:
    """Greedy CTC: runs of one token are one token, blanks are none (Graves et al. 2006, section 3.2)."""
    best, numbers = (tensor.cpu() for tensor in log_probabilities.max(dim=-1))
    rows: list[list[Token]] = []
    for row, length in enumerate(frames.tolist()):
        tokens: list[Token] = []
        for number, run in groupby(range(length), key=numbers[row].tolist().__getitem__):
            said = list(run)
            if number != blank:
                sure = float(best[row, said].exp().mean())
                tokens.append(Token(int(number), said[0], said[-1] + 1, sure))
        rows.append(tokens)
    return rows
