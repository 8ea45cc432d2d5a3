"""A .nemo checkpoint as a `StreamingRecognizer`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from models.speech.contract import SAMPLE_RATE, Capabilities, Segment
from models.speech.nemo.checkpoint import CheckpointError, opened
from models.speech.nemo.pipeline import streaming_pipeline
from models.speech.nemo.recognizer import check_language, engine_name
from models.speech.nemo.restore import restore
from models.speech.nemo.tokens import written_language
from models.speech.streaming import Chunk, Heard, StreamsFull
from models.speech.transcript import Language, Transcript
from models.speech.words import AlignedWord, transcript_of

# A keyword's token counts as e^3 = 20 times as likely as it was heard. Measured on the models that the tests train: up
# to 4 brings keywords back that sounded like another word, from 5 on they come where nobody said them.
BOOST = 3.0
# How much of that the tokens after a keyword's first get (and log 2, log 3 ... more): little, so that a word that only
# begins like a keyword stays what it is. NeMo's own default is 2.0, for a boost of 1.
BOOST_WITHIN = 0.5

NOTHING = np.zeros(0, np.float32)
WHOLE_STREAM = Segment(NOTHING, start=0.0)


@dataclass
class _Stream:
    """`held`: sound that is less than a step; `begun`: whether NeMo knows the stream; `final`: not given out yet."""

    number: int
    language: Language | None
    keywords: tuple[str, ...]
    held: NDArray[np.float32] = field(default_factory=lambda: NOTHING)
    begun: bool = False
    ending: bool = False
    ended: bool = False
    final: list[AlignedWord] = field(default_factory=list)


class NemoStreamingRecognizer:
    """A `StreamingRecognizer` over a .nemo checkpoint with a subword tokenizer.

    Cache-aware checkpoints compute every sound once; others are heard in overlapping buffers. A transducer is biased
    towards each stream's keywords (a boosting tree per stream, Andrusenko et al. 2025); CTC is not.
    `device` is "cpu" or "cuda" (there in bfloat16); `streams` is how many may be open at once; `boost` weighs the
    keywords against what was heard: added to the log-probability of their tokens.
    """

    def __init__(
        self,
        path: Path,
        device: str = "cpu",
        threads: int = 1,
        languages: Sequence[Language] | None = None,
        streams: int = 64,
        boost: float = BOOST,
    ) -> None:
        """Raises CheckpointError where the file is no checkpoint that can stream."""
        torch.set_num_threads(threads)
        with opened(path, languages) as checkpoint:
            if checkpoint.prompt:
                raise CheckpointError(f"{path.name}: it is prompted, as Canary is, and serves offline only")
            if not checkpoint.subwords:
                raise CheckpointError(f"{path.name}: it has no subword tokenizer, without which NeMo does not stream")
            if not (checkpoint.cache_aware or checkpoint.normalised):
                raise CheckpointError(f"{path.name}: it is not cache-aware, and NeMo's buffers normalise features")
            model = restore(checkpoint, device)
        self._checkpoint = checkpoint
        streaming = streaming_pipeline(checkpoint, model, device, streams)
        self._pipeline, self._samples = streaming.pipeline, streaming.step_samples
        self._lock = Lock()
        self._most, self._boost = streams, boost
        self._numbers = count()
        self._streams: dict[str, _Stream] = {}
        self._cased = any(piece != piece.lower() for piece in checkpoint.vocabulary if not piece.startswith("<"))
        self.biasing = streaming.biasing
        self.step_s = self._samples / SAMPLE_RATE
        self.name = engine_name(checkpoint)
        self.capabilities = Capabilities(
            languages=checkpoint.languages, word_times=True, streaming=True, max_segment_s=float("inf")
        )

    def open(self, stream: str, language: Language | None = None, keywords: Sequence[str] = ()) -> None:
        """See `StreamingRecognizer.open`."""
        check_language(language, self._checkpoint)
        with self._lock:
            if stream in self._streams:
                raise ValueError(f"stream {stream} is open already")
            if len(self._streams) >= self._most:
                raise StreamsFull(f"{self._most} streams are open already")
            written = tuple(word if self._cased else word.lower() for word in keywords)
            self._streams[stream] = _Stream(next(self._numbers), language, written)

    def step(self, chunks: Sequence[Chunk]) -> list[Heard]:
        """See `StreamingRecognizer.step`. Raises NotFinite where the checkpoint computes NaN."""
        with self._lock:
            unknown = [chunk.stream for chunk in chunks if chunk.stream not in self._streams]
            if unknown or len({chunk.stream for chunk in chunks}) < len(chunks):
                raise ValueError(f"not open: {', '.join(unknown)}" if unknown else "a stream comes twice in one step")
            streams = [self._streams[chunk.stream] for chunk in chunks]
            for stream, chunk in zip(streams, chunks, strict=True):
                stream.held = np.concatenate([stream.held, chunk.audio])
                stream.ending = chunk.is_last
            while ready := [stream for stream in streams if self._has_step(stream)]:
                self._compute(ready)
            heard = [self._heard(chunk.stream) for chunk in chunks]
            for chunk in chunks:
                if chunk.is_last:
                    del self._streams[chunk.stream]
            return heard

    def close(self, stream: str) -> None:
        """See `StreamingRecognizer.close`."""
        with self._lock:
            known = self._streams.pop(stream, None)
            if known is not None and known.begun:
                # NeMo frees what it holds of a stream with the stream's last frame.
                known.held, known.ending = NOTHING, True
                self._compute([known])

    def _has_step(self, stream: _Stream) -> bool:
        return not stream.ended and (stream.ending or len(stream.held) >= self._samples)

    def _compute(self, streams: Sequence[_Stream]) -> None:
        """One step of NeMo's pipeline for all of `streams`."""
        outputs = self._pipeline.transcribe_step([self._frame(stream) for stream in streams])
        for stream, output in zip(streams, outputs, strict=True):
            stream.final += self._words(output.final_segments)

    def _frame(self, stream: _Stream) -> Any:
        from nemo.collections.asr.inference.streaming.framing.request import Frame

        sound, stream.held = stream.held[: self._samples], stream.held[self._samples :]
        stream.ended = stream.ending and not len(stream.held)
        samples = torch.zeros(self._samples)
        samples[: len(sound)] = torch.from_numpy(sound)
        first, stream.begun = not stream.begun, True
        return Frame(
            samples=samples,
            stream_id=stream.number,
            is_first=first,
            is_last=stream.ended,
            length=len(sound) or self._samples,
            options=self._options(stream) if first else None,
        )

    def _options(self, stream: _Stream) -> Any:
        from nemo.collections.asr.inference.streaming.framing.request_options import ASRRequestOptions
        from nemo.collections.asr.parts.context_biasing.biasing_multi_model import BiasingRequestItemConfig
        from nemo.collections.asr.parts.context_biasing.boosting_graph_batched import BoostingTreeModelConfig

        if not (self.biasing and stream.keywords):
            return ASRRequestOptions()
        tree = BoostingTreeModelConfig(
            key_phrases_list=list(stream.keywords), context_score=self._boost, depth_scaling=BOOST_WITHIN
        )
        return ASRRequestOptions(biasing_cfg=BiasingRequestItemConfig(tree))

    def _heard(self, name: str) -> Heard:
        stream = self._streams[name]
        final, stream.final = stream.final, []
        partial: list[AlignedWord] = []
        state = self._pipeline.get_state(stream.number)
        if state is not None and state.tokens:
            said, _ = self._pipeline.bpe_decoder.group_tokens_into_words(
                state.tokens, state.timesteps, state.confidences
            )
            partial = self._words(said)
        return Heard(name, self._transcript(final, stream), self._transcript(partial, stream))

    def _words(self, said: Iterable[Any]) -> list[AlignedWord]:
        return [
            {
                "word": f" {word.text.strip()}",
                "tokens": [],
                "start": float(word.start),
                "end": float(word.end),
                "probability": float(word.conf),
            }
            for word in said
        ]

    def _transcript(self, words: list[AlignedWord], stream: _Stream) -> Transcript:
        language = stream.language or written_language(words, self._checkpoint.languages)
        return transcript_of(words, WHOLE_STREAM, language, self.name)
