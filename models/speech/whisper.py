"""Whisper on CTranslate2: the speech engine that installs with the project.

Every segment fits Whisper's window of 30 s, so there is no seeking, no timestamp tokens and no text carried over from
the segment before, with which Whisper's loops and inventions begin; word times come from its cross-attention.
"""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from numpy.typing import NDArray

from models.speech.contract import Capabilities, Segment
from models.speech.features import FRAMES_PER_SECOND, LogMel
from models.speech.guard import Hypothesis, is_invented, is_repetitive, is_sparse
from models.speech.transcript import Language, Transcript
from models.speech.words import transcript_of

LANGUAGES: tuple[Language, ...] = ("zh", "en")
# Measured with Whisper base, int8, one thread: beam 5 against greedy is 16.0 against 18.6 % CER (AISHELL-1) and 7.3
# against 8.0 % WER (LibriSpeech test-other and telephone prompts) for 6 to 8 % more time, most of which the encoder
# takes. A Mandarin prompt that asks for Simplified makes it 16.8 % CER, so there is none.
BEAM_SIZE = 5
# Nobody says more than this many tokens a second: bounds the time a loop can take.
TOKENS_PER_SECOND, TOKENS_AT_LEAST = 15, 24


class WhisperRecognizer:
    """A `Recognizer` over a CTranslate2 conversion of Whisper (folder with model.bin, config.json, tokenizer.json).

    `device` is "cpu" or "cuda"; `compute_type` is CTranslate2's (int8 on a CPU, float16 on a GPU unless given).
    Safe to call from several threads: their batches queue for the one model, which uses `threads` CPU threads.
    """

    def __init__(self, folder: Path, device: str = "cpu", threads: int = 1, compute_type: str | None = None) -> None:
        self._whisper = WhisperModel(
            str(folder),
            device=device,
            compute_type=compute_type or ("int8" if device == "cpu" else "float16"),
            cpu_threads=threads,
            local_files_only=True,
        )
        self._model: ctranslate2.models.Whisper = self._whisper.model
        self._features = LogMel(self._model.n_mels)
        self._tokenizers = {
            language: Tokenizer(self._whisper.hf_tokenizer, True, task="transcribe", language=language)
            for language in LANGUAGES
        }
        self.name = f"{folder.name}/ctranslate2-{version('ctranslate2')}"
        self.capabilities = Capabilities(languages=LANGUAGES, word_times=True, streaming=False, max_segment_s=30.0)

    def transcribe(self, segments: Sequence[Segment]) -> list[Transcript]:
        """One transcript per segment, empty where nothing was said; see `Recognizer.transcribe`."""
        if not segments:
            return []
        features = self._features([segment.audio for segment in segments]).numpy()
        languages = self._languages(segments, features)
        transcripts: dict[int, Transcript] = {}
        for language in LANGUAGES:
            rows = [row for row, spoken in enumerate(languages) if spoken == language]
            if rows:
                group = self._transcribe(language, [segments[row] for row in rows], features[rows])
                transcripts.update(zip(rows, group, strict=True))
        return [transcripts[row] for row in range(len(segments))]

    def _languages(self, segments: Sequence[Segment], features: NDArray[np.float32]) -> list[Language]:
        languages: list[Language | None] = [segment.language for segment in segments]
        unknown = [row for row, language in enumerate(languages) if language is None]
        if unknown:
            for row, scores in zip(unknown, self._model.detect_language(_storage(features[unknown])), strict=True):
                probability = dict(scores)
                languages[row] = max(LANGUAGES, key=lambda code: probability.get(f"<|{code}|>", 0.0))
        return [language or "en" for language in languages]

    def _transcribe(
        self, language: Language, segments: Sequence[Segment], features: NDArray[np.float32]
    ) -> list[Transcript]:
        tokenizer = self._tokenizers[language]
        encoded = self._model.encode(_storage(features))
        hypotheses = self._decode(tokenizer, encoded, segments)
        for row, (hypothesis, segment) in enumerate(zip(hypotheses, segments, strict=True)):
            sparse = is_sparse(hypothesis, segment)
            if sparse or is_repetitive(hypothesis):
                again = self._model.encode(_storage(features[row : row + 1]))
                # Having to tell times keeps the decoder from jumping ahead.
                [second] = self._decode(tokenizer, again, [segment], no_repeat=True, timestamps=sparse)
                if not sparse or len(second.tokens) > len(hypothesis.tokens):
                    hypotheses[row] = second
        texts = [
            [] if is_invented(hypothesis, segment) else hypothesis.tokens
            for hypothesis, segment in zip(hypotheses, segments, strict=True)
        ]
        frames = [int(segment.seconds * FRAMES_PER_SECOND) for segment in segments]
        alignments = self._whisper.find_alignment(tokenizer, texts, encoded, frames)
        return [
            transcript_of(alignment, segment, language, self.name)
            for alignment, segment in zip(alignments, segments, strict=True)
        ]

    def _decode(
        self,
        tokenizer: Tokenizer,
        encoded: ctranslate2.StorageView,
        segments: Sequence[Segment],
        no_repeat: bool = False,
        timestamps: bool = False,
    ) -> list[Hypothesis]:
        prompt = [*tokenizer.sot_sequence] if timestamps else [*tokenizer.sot_sequence, tokenizer.no_timestamps]
        longest = max(segment.seconds for segment in segments)
        results = self._model.generate(
            encoded,
            [prompt] * len(segments),
            beam_size=BEAM_SIZE,
            max_length=min(self._whisper.max_length, len(prompt) + int(longest * TOKENS_PER_SECOND) + TOKENS_AT_LEAST),
            no_repeat_ngram_size=3 if no_repeat else 0,
            return_scores=True,
            return_no_speech_prob=True,
        )
        return [
            Hypothesis(
                tokens=[token for token in result.sequences_ids[0] if token < tokenizer.eot],
                text=tokenizer.decode(result.sequences_ids[0]).strip(),
                # The score is the mean over the tokens; Whisper's measure counts the end token as well.
                average_logprob=result.scores[0] * len(result.sequences_ids[0]) / (len(result.sequences_ids[0]) + 1),
                no_speech_probability=result.no_speech_prob,
            )
            for result in results
        ]


def _storage(features: NDArray[np.float32]) -> ctranslate2.StorageView:
    return ctranslate2.StorageView.from_array(np.ascontiguousarray(features))
