"""Find speech in a stream of sound and cut it into segments at its pauses.

The probability of speech comes from Silero VAD: the package's own "sequence" graph, which takes a block of frames in
one call and whose state is carried from block to block here. Thresholds are the package's defaults.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from models.speech.contract import SAMPLE_RATE, Segment
from models.speech.transcript import Language

FRAME = 512  # samples per probability: 32 ms
CONTEXT = 64  # samples of the frame before that the graph sees as well

SPEECH = 0.5  # a frame above is speech
SILENCE = 0.35  # a frame below, while speaking, is not
MIN_SPEECH_S = 0.25  # shorter sounds are clicks and barks
MIN_PAUSE_S = 0.3  # shorter gaps belong to the words around them

MAX_SEGMENT_S = 28.0  # below Whisper's window of 30 s
LONG_PAUSE_S = 2.0  # ends a segment: longer ones would only make it decode silence
PADDING_S = 0.4  # kept around speech: its soft first and last sounds score low

MAX_FRAMES = int(MAX_SEGMENT_S * SAMPLE_RATE / FRAME)
LONG_PAUSE_FRAMES = round(LONG_PAUSE_S * SAMPLE_RATE / FRAME)
PADDING_FRAMES = round(PADDING_S * SAMPLE_RATE / FRAME)


class SileroVad:
    """The loaded graph; one instance serves any number of streams and threads (onnxruntime on one thread per call)."""

    def __init__(self) -> None:
        threads = torch.get_num_threads()
        from silero_vad import get_speech_timestamps_from_probs, load_silero_vad

        torch.set_num_threads(threads)  # importing the package sets it to 1 for the whole process
        self.session = load_silero_vad(sequence=True).session
        self._spans = get_speech_timestamps_from_probs

    def segments(self, blocks: Iterable[NDArray[np.float32]], language: Language | None = None) -> Iterator[Segment]:
        """The segments of speech of a recording given as blocks; holds at most one segment and a block in memory."""
        segmenter = SpeechSegmenter(self, language)
        for block in blocks:
            yield from segmenter.push(block)
        yield from segmenter.finish()

    def spans(self, probabilities: NDArray[np.float32]) -> list[tuple[int, int]]:
        """Where the frames hold speech: (first, end) samples, pauses of less than MIN_PAUSE_S bridged."""
        found = self._spans(
            probabilities.tolist(),
            threshold=SPEECH,
            neg_threshold=SILENCE,
            min_speech_duration_ms=MIN_SPEECH_S * 1000,
            min_silence_duration_ms=MIN_PAUSE_S * 1000,
            speech_pad_ms=0,
        )
        return [(span["start"], span["end"]) for span in found]


class SpeechSegmenter:
    """Cuts one live stream into segments; blocks of any length in, segments out as a pause or their length ends them.

    Segments are at most MAX_SEGMENT_S long and do not overlap. A stream without speech gives none.
    """

    def __init__(self, vad: SileroVad, language: Language | None = None, keywords: tuple[str, ...] = ()) -> None:
        self._vad = vad
        self._language, self._keywords = language, keywords
        self._hidden = np.zeros((1, 1, 128), np.float32)
        self._cell = np.zeros((1, 1, 128), np.float32)
        self._context = np.zeros(CONTEXT, np.float32)
        # Sound from `_start` (samples into the stream) on; probabilities of its whole frames.
        self._start = 0
        self._sound = np.zeros(0, np.float32)
        self._probabilities = np.zeros(0, np.float32)

    def push(self, block: NDArray[np.float32]) -> Iterator[Segment]:
        """Take float32 [n] at 16 kHz; give the segments that are complete."""
        self._sound = np.concatenate([self._sound, block])
        self._listen()
        yield from self._cut(final=False)

    def finish(self) -> Iterator[Segment]:
        """Give what is left at the end of the stream."""
        rest = -len(self._sound) % FRAME
        self._sound = np.concatenate([self._sound, np.zeros(rest, np.float32)])
        self._listen()
        yield from self._cut(final=True)

    def pending(self) -> Segment | None:
        """The speech that is in no segment yet, as one; None where there is none."""
        return self._segment(len(self._probabilities))

    def _listen(self) -> None:
        known = len(self._probabilities)
        frames = self._sound[known * FRAME : len(self._sound) // FRAME * FRAME].reshape(-1, FRAME)
        if len(frames) == 0:
            return
        contexts = np.concatenate([self._context[None], frames[:-1, -CONTEXT:]])
        self._context = frames[-1, -CONTEXT:].copy()
        probabilities, self._hidden, self._cell = self._vad.session.run(
            ["speech_probs", "hn", "cn"],
            {"input": np.concatenate([contexts, frames], axis=1), "h": self._hidden, "c": self._cell},
        )
        self._probabilities = np.concatenate([self._probabilities, np.reshape(probabilities, -1)])

    def _cut(self, final: bool) -> Iterator[Segment]:
        while True:
            speech = np.flatnonzero(self._probabilities >= SPEECH)
            first = int(speech[0]) if len(speech) else len(self._probabilities)
            self._drop(max(0, first - PADDING_FRAMES))
            if len(speech) == 0:
                return
            end = self._end(self._probabilities[: MAX_FRAMES + LONG_PAUSE_FRAMES + 1], final)
            if end is None:
                return
            segment = self._segment(end)
            if segment is not None:
                yield segment
            self._drop(end)

    def _end(self, probabilities: NDArray[np.float32], final: bool) -> int | None:
        """The frame before which the first segment ends, or None while it may go on."""
        active = np.append(np.flatnonzero(probabilities >= SILENCE), len(probabilities) + LONG_PAUSE_FRAMES * final)
        long_pauses = np.flatnonzero(np.diff(active) > LONG_PAUSE_FRAMES)
        if len(long_pauses):
            end = int(active[long_pauses[0]]) + 1 + PADDING_FRAMES
            if end <= MAX_FRAMES:
                return min(end, len(probabilities))
        if len(probabilities) >= MAX_FRAMES:
            return _quietest(probabilities[:MAX_FRAMES])
        return len(probabilities) if final else None

    def _segment(self, end: int) -> Segment | None:
        spans = self._vad.spans(self._probabilities[:end])
        if not spans:
            return None
        padding = PADDING_FRAMES * FRAME
        first, last = max(0, spans[0][0] - padding), min(end * FRAME, spans[-1][1] + padding)
        return Segment(
            audio=self._sound[first:last].copy(),
            start=(self._start + first) / SAMPLE_RATE,
            language=self._language,
            spans=tuple(((self._start + a) / SAMPLE_RATE, (self._start + b) / SAMPLE_RATE) for a, b in spans),
            keywords=self._keywords,
        )

    def _drop(self, frames: int) -> None:
        self._start += frames * FRAME
        self._sound = self._sound[frames * FRAME :]
        self._probabilities = self._probabilities[frames:]


def _quietest(probabilities: NDArray[np.float32]) -> int:
    """Where to cut unbroken speech: the middle of its quietest 0.3 s, in the second half."""
    half = len(probabilities) // 2
    width = round(MIN_PAUSE_S * SAMPLE_RATE / FRAME)
    means = np.convolve(probabilities[half:], np.ones(width) / width, mode="valid")
    return half + int(means.argmin()) + width // 2
