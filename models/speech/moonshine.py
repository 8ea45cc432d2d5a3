"""Moonshine on onnxruntime: a small engine for English that answers fast.

Moonshine tiny (Jeffries et al. 2024, arXiv 2410.15608) takes sound as long as it is, where Whisper pads to 30 s, so
short segments cost little. It tells no word times: they are spread over the speech by the words' letters.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from itertools import accumulate, pairwise
from math import ceil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.graphs.contract import Tensor
from models.graphs.onnx_graph import OnnxGraph
from models.speech.contract import SAMPLE_RATE, Capabilities, Segment
from models.speech.finite import check_finite
from models.speech.guard import LITTLE_SPEECH_S, Hypothesis, is_invented
from models.speech.transcript import Transcript, Word

START, END = 1, 2  # tokens
TOKENS_PER_SECOND, TOKENS_AT_LEAST = 6.5, 8  # the former as in Moonshine's own decoding; it bounds loops
# The network says nothing of whether anybody speaks. Of less than a second of speech, real short answers came with a
# mean log-probability above -0.2, what it wrote over barks below -0.45.
LITTLE_SPEECH_LOGPROB = -0.4
SHORTEST = SAMPLE_RATE // 4  # samples: of less, the convolutions leave nothing
SAMPLES_PER_FRAME = 384  # of encoded sound
SPACE = b"\xe2\x96\x81"  # SentencePiece's mark before a word
_CACHE = "past_key_values."


class MoonshineError(Exception):
    """A folder does not hold what Moonshine needs."""


class MoonshineRecognizer:
    """A `Recognizer` of English over a folder with encoder_model.ort, decoder_model_merged.ort and tokenizer.bin.

    `device` as in `OnnxGraph`. Raises MoonshineError, or GraphError for graphs that cannot be loaded.
    """

    def __init__(self, folder: Path, device: str = "cpu", threads: int = 1) -> None:
        self._pieces = read_pieces(folder / "tokenizer.bin")
        self._encoder, self._decoder = (
            OnnxGraph(_read(folder / name), device, threads)
            for name in ("encoder_model.ort", "decoder_model_merged.ort")
        )
        self.name = f"{folder.name}/onnxruntime-{version('onnxruntime')}"
        self.capabilities = Capabilities(languages=("en",), word_times=False, streaming=False, max_segment_s=30.0)

    def transcribe(self, segments: Sequence[Segment]) -> list[Transcript]:
        """One transcript per segment, in English; see `Recognizer.transcribe`.

        Raises ValueError for a segment in another language, NotFinite.
        """
        other = {segment.language for segment in segments} - {"en", None}
        if other:
            raise ValueError(f"{self.name} knows English only, not {', '.join(sorted(filter(None, other)))}")
        if not segments:
            return []
        # Quantised graphs make numbers of anything.
        check_finite(self.name, [float(segment.audio.sum()) for segment in segments])
        said = self._decode([self._encode(segment) for segment in segments], segments)
        return [self._transcript(*row, segment) for row, segment in zip(said, segments, strict=True)]

    def _encode(self, segment: Segment) -> Tensor:
        """Frames [n, 288]. One segment at a time: the first normalisation runs over all of the sound, so that
        padding beside a longer segment would change what is heard; the decoder, which takes most steps, is batched."""
        sound = np.pad(segment.audio, (0, max(0, SHORTEST - len(segment.audio))))[None]
        [frames] = self._encoder.run({"input_values": sound, "attention_mask": np.ones(sound.shape, np.int64)})
        row: Tensor = frames[0]
        return row

    def _decode(
        self, encoded: Sequence[Tensor], segments: Sequence[Segment]
    ) -> list[tuple[list[int], NDArray[np.float64]]]:
        """Greedy search: each row's tokens, and the log-probability of each and of the end."""
        rows, longest = len(encoded), max(map(len, encoded))
        frames = np.zeros((rows, longest, encoded[0].shape[1]), np.float32)
        # The decoder looks at every 384th sample of the mask, as many as there are frames.
        mask = np.zeros((rows, longest * SAMPLES_PER_FRAME), np.int64)
        for row, one in enumerate(encoded):
            frames[row, : len(one)] = one
            mask[row, : len(one) * SAMPLES_PER_FRAME] = 1
        limits = np.array([ceil(segment.seconds * TOKENS_PER_SECOND) + TOKENS_AT_LEAST for segment in segments])
        limit = int(limits.max())
        given: dict[str, Tensor] = {"encoder_attention_mask": mask, "encoder_hidden_states": frames}
        tokens, scores = np.full((rows, limit), END), np.zeros((rows, limit))
        done = np.zeros(rows, bool)
        for step, logits in zip(range(limit), self._steps(given, tokens), strict=False):
            likeliest = logits.max(-1)
            logprob = -np.log(np.exp(logits - likeliest[:, None]).sum(-1))
            scores[:, step] = np.where(done, 0.0, logprob)
            tokens[:, step] = np.where(done, END, logits.argmax(-1))
            done |= (tokens[:, step] == END) | (step + 1 >= limits)
            if done.all():
                break
        check_finite(self.name, scores)
        lengths = [int((row != END).sum()) for row in tokens]
        return [(tokens[row, :length].tolist(), scores[row, : length + 1]) for row, length in enumerate(lengths)]

    def _steps(self, given: dict[str, Tensor], tokens: NDArray[np.int64]) -> Iterator[NDArray[np.float64]]:
        """Logits [B, vocabulary] for one token after another; the caller writes each into `tokens` before the next."""
        rows = len(tokens)
        cache: dict[str, Tensor] = {
            name: np.zeros((rows, 8, 0, 36), np.float32) for name in self._decoder.inputs if name.startswith(_CACHE)
        }
        last: NDArray[np.int64] = np.full((rows, 1), START)
        for step in range(tokens.shape[1]):
            first = step == 0
            results = self._decoder.run(
                {**given, **cache, "input_ids": last, "use_cache_branch": np.array([not first])}
            )
            present = dict(zip(self._decoder.outputs, results, strict=True))
            # The encoder's keys and values come once, with the first token, and stay.
            cache |= {name: present[name.replace(_CACHE, "present.")] for name in cache if first or ".decoder." in name}
            yield present["logits"][:, -1].astype(np.float64)
            last = tokens[:, step : step + 1]

    def _transcript(self, tokens: list[int], logprobs: NDArray[np.float64], segment: Segment) -> Transcript:
        """The words of one row, empty where they are invented."""
        words = _words([self._pieces[token] for token in tokens], np.exp(logprobs))
        said = Hypothesis(tokens, " ".join(text for text, _ in words), float(logprobs.mean()), 0.0)
        speech = sum(end - start for start, end in segment.spans) if segment.spans else segment.seconds
        is_unsure = speech < LITTLE_SPEECH_S and said.average_logprob < LITTLE_SPEECH_LOGPROB
        if is_unsure or is_invented(said, segment):
            words = []
        timed = [
            Word(text=text, start=start, end=end, confidence=confidence)
            for (text, confidence), (start, end) in zip(
                words, _spread([text for text, _ in words], segment), strict=True
            )
        ]
        confidence = sum(word.confidence for word in timed) / len(timed) if timed else 0.0
        return Transcript(language="en", words=tuple(timed), confidence=confidence, recognizer=self.name)


def read_pieces(path: Path) -> list[bytes]:
    """The bytes of every token, from Moonshine's tokenizer.bin: each with its length before it, in one byte, or in two
    (low seven bits first) from 128 on. Raises MoonshineError."""
    content = _read(path)
    pieces, at = list[bytes](), 0
    while at < len(content):
        size, at = content[at], at + 1
        if size >= 128:
            size, at = size - 128 + 128 * (content[at] if at < len(content) else len(content)), at + 1
        if at + size > len(content):
            raise MoonshineError(f"{path} is cut short, or no tokenizer of Moonshine")
        pieces.append(content[at : at + size])
        at += size
    if pieces[START : END + 1] != [b"<s>", b"</s>"]:
        raise MoonshineError(f"{path} is no tokenizer of Moonshine")
    return pieces


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise MoonshineError(f"{path} cannot be read: {error.strerror}") from None


def _words(pieces: Sequence[bytes], probabilities: NDArray[np.float64]) -> list[tuple[str, float]]:
    """Written words, their marks attached, with the mean probability of their pieces. Bare marks join the last word."""
    groups: list[tuple[bytes, list[float]]] = []
    for piece, probability in zip(pieces, probabilities, strict=False):
        if piece.startswith(SPACE) or not groups:
            groups.append((b"", []))
        content, chances = groups[-1]
        groups[-1] = content + piece.removeprefix(SPACE), [*chances, float(probability)]
    words: list[tuple[str, float]] = []
    for content, chances in groups:
        text = content.replace(SPACE, b" ").decode(errors="replace").strip()
        if any(character.isalnum() for character in text):
            words.append((text, sum(chances) / len(chances)))
        elif text and words:
            words[-1] = words[-1][0] + text, words[-1][1]
    return words


def _spread(texts: Sequence[str], segment: Segment) -> Iterator[tuple[float, float]]:
    """A stretch of the segment's speech for each word, in seconds from the take's start, as long as it has letters."""
    spans = segment.spans or ((segment.start, segment.start + segment.seconds),)
    spoken = [0.0, *accumulate(end - start for start, end in spans)]
    letters = np.array([0, *accumulate(map(len, texts))], np.float64)
    for first, last in pairwise((spoken[-1] * letters / max(1, letters[-1])).tolist()):
        span = min(bisect_right(spoken, first), len(spans)) - 1
        start = spans[span][0] + first - spoken[span]
        # No word reaches over a pause: it ends with the span that it begins in.
        yield start, max(start, min(spans[span][1], start + last - first))
