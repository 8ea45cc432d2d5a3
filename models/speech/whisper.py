"""Whisper on CTranslate2: the speech engine that installs with the project."""

from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from numpy.typing import NDArray

from models.speech.contract import Capabilities, Segment
from models.speech.features import FRAMES_PER_SECOND, LogMel
from models.speech.filler_pass import recover_fillers
from models.speech.guard import Hypothesis
from models.speech.keyword_pass import hear_keywords
from models.speech.transcript import Language, Transcript
from models.speech.whisper_decoding import (
    BEAM_SIZE,
    LANGUAGES,
    in_windows,
    language_tokenizers,
    languages_of,
    longest_output,
    prompt_of,
    spoken_tokens,
)
from models.speech.words import transcript_of


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
        self._tokenizers = language_tokenizers(self._whisper.hf_tokenizer)
        self.name = f"{folder.name}/ctranslate2-{version('ctranslate2')}"
        self.capabilities = Capabilities(languages=LANGUAGES, word_times=True, streaming=False, max_segment_s=30.0)

    def transcribe(self, segments: Sequence[Segment]) -> list[Transcript]:
        """One transcript per segment, empty where nothing was said; see `Recognizer.transcribe`."""
        return in_windows(segments, self._transcribe_window)

    def _transcribe_window(self, segments: Sequence[Segment], window_s: int) -> list[Transcript]:
        features = self._features([segment.audio for segment in segments], window_s).numpy()
        languages = languages_of(segments, lambda rows: self._detect(features[rows]))
        transcripts: dict[int, Transcript] = {}
        for language in LANGUAGES:
            rows = [row for row, spoken in enumerate(languages) if spoken == language]
            if rows:
                group = self._transcribe(language, [segments[row] for row in rows], features[rows])
                transcripts.update(zip(rows, group, strict=True))
        return [transcripts[row] for row in range(len(segments))]

    def _detect(self, features: NDArray[np.float32]) -> list[Language]:
        heard = [dict(scores) for scores in self._model.detect_language(_storage(features))]
        return [max(LANGUAGES, key=lambda code: scores.get(f"<|{code}|>", 0.0)) for scores in heard]

    def _transcribe(
        self, language: Language, segments: Sequence[Segment], features: NDArray[np.float32]
    ) -> list[Transcript]:
        tokenizer = self._tokenizers[language]
        encoded = self._model.encode(_storage(features))
        hypotheses = self._decode(tokenizer, encoded, segments)

        def again(row: int, timestamps: bool) -> Hypothesis:
            alone = self._model.encode(_storage(features[row : row + 1]))
            [second] = self._decode(tokenizer, alone, [segments[row]], no_repeat=True, timestamps=timestamps)
            return second

        def behind(beam_size: int, rows: list[int], prompts: list[list[int]], most: int) -> list[list[int]]:
            heard = encoded if len(rows) == len(segments) else _rows(encoded, rows)
            # CTranslate2 gives half of what it may take to what comes before.
            longest = min(self._whisper.max_length, max(2 * most, len(prompts[0]) + most))
            results = self._model.generate(heard, prompts, beam_size=beam_size, max_length=longest)
            return [[token for token in result.sequences_ids[0] if token < tokenizer.eot] for result in results]

        texts = spoken_tokens(self.name, hypotheses, segments, again)
        texts = hear_keywords(tokenizer, texts, segments, partial(behind, BEAM_SIZE))
        texts = recover_fillers(tokenizer, texts, segments, partial(behind, 1))
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
        prompt = prompt_of(tokenizer, timestamps)
        results = self._model.generate(
            encoded,
            [prompt] * len(segments),
            beam_size=BEAM_SIZE,
            max_length=min(self._whisper.max_length, longest_output(segments, prompt)),
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


def _rows(encoded: ctranslate2.StorageView, rows: Sequence[int]) -> ctranslate2.StorageView:
    """Some rows of an encoded batch, on the CPU: numpy can pick them, of this type."""
    whole = np.asarray(encoded.to_device(ctranslate2.Device.cpu).to(ctranslate2.DataType.float32))
    return _storage(whole[list(rows)]).to(encoded.dtype)
