"""Decoders that say tokens at frames of the encoder: CTC, RNN-T, TDT and hybrid models."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import torch

from models.speech.nemo.checkpoint import Checkpoint
from models.speech.nemo.restore import transducer_decoding
from models.speech.nemo.tokens import Said, Token, text_of, words_of, written_language
from models.speech.transcript import Language


class FramedDecoding:
    """What a model says to sounds; hybrid ones decode with their transducer. `frame_s`: seconds per frame."""

    def __init__(self, model: Any, checkpoint: Checkpoint, frame_s: float) -> None:
        self._model, self._checkpoint, self._frame_s = model, checkpoint, frame_s
        if checkpoint.decoder == "hybrid":
            model.change_decoding_strategy(transducer_decoding(model), decoder_type="rnnt", verbose=False)
        elif checkpoint.decoder == "rnnt":
            model.change_decoding_strategy(transducer_decoding(model), verbose=False)

    def __call__(self, sounds: torch.Tensor, lengths: torch.Tensor, languages: Sequence[Language | None]) -> list[Said]:
        """One result per row of `sounds`, float32 [rows, samples], of which `lengths` are sound."""
        # Of a CTC model the first result is the log-probabilities, of the others the encoder's output.
        result = self._model(input_signal=sounds, input_signal_length=lengths)
        computed, frames = result[0].float(), result[1]
        if self._checkpoint.decoder == "ctc":
            rows = _collapsed(computed, frames, len(self._checkpoint.vocabulary))
        else:
            decoding = self._model.decoding
            hypotheses = decoding.rnnt_decoder_predictions_tensor(computed, frames, return_hypotheses=True)
            rows = [_tokens(hypothesis) for hypothesis in hypotheses]
        return [self._said(row, language) for row, language in zip(rows, languages, strict=True)]

    def _said(self, tokens: Sequence[Token], language: Language | None) -> Said:
        words = words_of(
            tokens,
            self._checkpoint.vocabulary,
            self._frame_s,
            lambda numbers: text_of(numbers, self._model, self._checkpoint),
        )
        return Said(words, language or written_language(words, self._checkpoint.languages))


def _tokens(hypothesis: Any) -> list[Token]:
    starts = torch.as_tensor(hypothesis.timestamp).tolist()
    durations = torch.as_tensor(hypothesis.token_duration).tolist() or [1] * len(starts)  # TDT tells how long
    numbers = torch.as_tensor(hypothesis.y_sequence).tolist()
    return [
        Token(number, start, start + max(duration, 1), confidence)
        for number, start, duration, confidence in zip(
            numbers, starts, durations, hypothesis.token_confidence, strict=True
        )
    ]


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
