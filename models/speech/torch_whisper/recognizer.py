"""Whisper in torch as a speech engine: whole batches of many candidates at once, on a CPU or a GPU."""

from collections.abc import Sequence
from functools import partial
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
import tokenizers
import torch
from faster_whisper.tokenizer import Tokenizer

from models.speech.contract import Capabilities, Segment
from models.speech.features import FRAMES_PER_SECOND, LogMel
from models.speech.filler_pass import recover_fillers
from models.speech.guard import Hypothesis
from models.speech.keyword_pass import hear_keywords
from models.speech.torch_whisper.alignment import token_starts
from models.speech.torch_whisper.decode import BeamDecoder, SpecialTokens
from models.speech.torch_whisper.network import Memory
from models.speech.torch_whisper.rules import Rule, TimestampRules, without_repeats
from models.speech.torch_whisper.weights import load_whisper
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
from models.speech.words import AlignedWord, transcript_of

ROWS_AT_ONCE = 64  # more gains nothing on a GPU and only takes memory
STEPS_PER_SECOND = FRAMES_PER_SECOND // 2  # of encoded sound


class TorchWhisperRecognizer:
    """A `Recognizer` over the catalogue's Whisper folder (model.bin, config.json, tokenizer.json).

    `device` is torch's; `dtype` that of the computation (float32 on a CPU, float16 on a GPU unless given; bfloat16
    works on both). `threads` is torch's number of CPU threads, which is one for the whole process. Calls from several
    threads must take turns. Raises WeightsError for a folder that it cannot read, RuntimeError for a device that is
    not there.
    """

    def __init__(self, folder: Path, device: str = "cpu", threads: int = 1, dtype: torch.dtype | None = None) -> None:
        torch.set_num_threads(threads)
        self._device = torch.device(device)
        self._dtype = dtype or (torch.float32 if self._device.type == "cpu" else torch.float16)
        loaded = load_whisper(folder)
        self._network = loaded.network.to(self._device, self._dtype)
        self._heads = loaded.alignment_heads
        self._features = LogMel(self._network.shape.mels, device)
        self._tokenizers = language_tokenizers(tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json")))
        any_language = self._tokenizers[LANGUAGES[0]]
        self._timestamps = TimestampRules(any_language.no_timestamps, any_language.eot)
        special = SpecialTokens(any_language.eot, any_language.no_speech, loaded.suppressed, loaded.suppressed_first)
        self._decoder = BeamDecoder(self._network.decoder, special, BEAM_SIZE)
        name = str(self._dtype).removeprefix("torch.")
        self.name = f"{folder.name}/torch-{torch.__version__.split('+')[0]}-{name}"
        self.capabilities = Capabilities(languages=LANGUAGES, word_times=True, streaming=False, max_segment_s=30.0)

    def transcribe(self, segments: Sequence[Segment]) -> list[Transcript]:
        """One transcript per segment, empty where nothing was said; see `Recognizer.transcribe`. Raises NotFinite."""
        return in_windows(segments, self._transcribe_window)

    def _transcribe_window(self, segments: Sequence[Segment], window_s: int) -> list[Transcript]:
        return [
            transcript
            for first in range(0, len(segments), ROWS_AT_ONCE)
            for transcript in self._transcribe(segments[first : first + ROWS_AT_ONCE], window_s)
        ]

    @torch.inference_mode()
    def _transcribe(self, segments: Sequence[Segment], window_s: int) -> list[Transcript]:
        features = self._features([segment.audio for segment in segments], window_s)
        memory = self._network.decoder.memory(self._network.encoder(features.to(self._dtype)))
        languages = languages_of(segments, lambda rows: self._detect(memory.rows(self._rows(rows))))
        hypotheses = self._decode(languages, memory, segments)

        def again(row: int, timestamps: bool) -> Hypothesis:
            rules: list[Rule] = [self._timestamps] if timestamps else []
            alone = memory.rows(self._rows([row]))
            [second] = self._decode([languages[row]], alone, [segments[row]], [without_repeats, *rules], timestamps)
            return second

        texts = spoken_tokens(self.name, hypotheses, segments, again)
        texts = self._refined(texts, languages, memory, segments)
        words = self._align(texts, languages, memory, segments)
        return [
            transcript_of(aligned, segment, language, self.name)
            for aligned, segment, language in zip(words, segments, languages, strict=True)
        ]

    def _refined(
        self, texts: Sequence[list[int]], languages: Sequence[Language], memory: Memory, segments: Sequence[Segment]
    ) -> list[list[int]]:
        """The texts with the keywords that were misheard and the fillers that were left out."""
        refined = list(texts)
        for language in sorted(set(languages)):
            rows = [row for row, own in enumerate(languages) if own == language]
            behind, tokenizer = partial(self._behind, memory, rows), self._tokenizers[language]
            own_texts, own_segments = [texts[row] for row in rows], [segments[row] for row in rows]
            own_texts = hear_keywords(tokenizer, own_texts, own_segments, behind)
            own_texts = recover_fillers(tokenizer, own_texts, own_segments, behind)
            for row, text in zip(rows, own_texts, strict=True):
                refined[row] = text
        return refined

    def _behind(
        self, memory: Memory, own: Sequence[int], rows: Sequence[int], prompts: Sequence[Sequence[int]], most: int
    ) -> list[list[int]]:
        """The tokens that some of the rows `own` of the batch have behind their prompts."""
        heard = memory.rows(self._rows([own[row] for row in rows]))
        # What comes before has the other half of the positions.
        decoded = self._decoder.decode(heard, self._rows(prompts), min(most, self._network.shape.positions // 2))
        return [[token for token in row.tokens if token < self._timestamps.eot] for row in decoded]

    def _detect(self, memory: Memory) -> list[Language]:
        tokens = [self._tokenizers[language].language for language in LANGUAGES]
        start = self._tokenizers[LANGUAGES[0]].sot
        return [LANGUAGES[index] for index in self._decoder.likeliest(memory, start, tokens)]

    def _decode(
        self,
        languages: Sequence[Language],
        memory: Memory,
        segments: Sequence[Segment],
        rules: Sequence[Rule] = (),
        timestamps: bool = False,
    ) -> list[Hypothesis]:
        prompts = [prompt_of(self._tokenizers[language], timestamps) for language in languages]
        # Of the positions, half are for what is said, as in Whisper's own decoding: the rest is for text before.
        longest = min(self._network.shape.positions, longest_output(segments, prompts[0])) // 2
        decoded = self._decoder.decode(memory, self._rows(prompts), longest, rules)
        return [
            Hypothesis(
                tokens=[token for token in row.tokens if token < self._tokenizers[language].eot],
                text=self._tokenizers[language].decode(row.tokens).strip(),
                average_logprob=row.logprob / (len(row.tokens) + 1),
                no_speech_probability=row.no_speech_probability,
            )
            for row, language in zip(decoded, languages, strict=True)
        ]

    def _align(
        self,
        texts: Sequence[list[int]],
        languages: Sequence[Language],
        memory: Memory,
        segments: Sequence[Segment],
    ) -> list[list[AlignedWord]]:
        """The words of each text with their times; an empty text has none."""
        words: list[list[AlignedWord]] = [[] for _ in texts]
        rows = [row for row, text in enumerate(texts) if text]
        if not rows:
            return words
        prompts = [prompt_of(self._tokenizers[languages[row]], timestamps=False) for row in rows]
        eot, skip = self._timestamps.eot, len(prompts[0]) - 1
        whole = [[*prompt, *texts[row], eot] for prompt, row in zip(prompts, rows, strict=True)]
        padded = self._rows([[*tokens, *[eot] * (max(map(len, whole)) - len(tokens))] for tokens in whole])
        hidden, looks = self._network.decoder.attention(padded, memory.rows(self._rows(rows)), self._heads)
        chances = self._network.decoder.logits(hidden[:, skip:-1])[..., :eot].softmax(-1)
        chances = chances.gather(-1, padded[:, skip + 1 :, None].clamp(max=eot - 1))[..., 0]
        steps = [int(segments[row].seconds * STEPS_PER_SECOND) for row in rows]
        starts = token_starts(looks, [len(tokens) for tokens in whole], steps, skip)
        for row, times, probabilities in zip(rows, starts, chances.tolist(), strict=True):
            words[row] = _aligned_words(self._tokenizers[languages[row]], texts[row], times, probabilities)
        return words

    def _rows(self, numbers: Sequence[int] | Sequence[Sequence[int]]) -> torch.Tensor:
        return torch.tensor(numbers, device=self._device)


def _aligned_words(
    tokenizer: Tokenizer, text: list[int], starts: Sequence[int], probabilities: Sequence[float]
) -> list[AlignedWord]:
    """Tokens to words; `starts` has one more than the text, where its end begins."""
    words, tokens = tokenizer.split_to_word_tokens([*text, tokenizer.eot])
    bounds = list(accumulate(map(len, tokens[:-1]), initial=0))
    return [
        AlignedWord(
            word=word,
            tokens=own,
            start=starts[first] / STEPS_PER_SECOND,
            end=starts[end] / STEPS_PER_SECOND,
            probability=float(np.mean(probabilities[first:end])),
        )
        for word, own, (first, end) in zip(words, tokens, pairwise(bounds), strict=False)
    ]
