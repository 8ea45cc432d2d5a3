"""From the sound of a recording to its segments of speech, and from their transcripts to one."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from models.media.audio import AudioReader
from models.media.container import Source
from models.media.errors import AudioProblem
from models.speech.contract import SAMPLE_RATE, Segment
from models.speech.prosody import Prosody, measure_prosody
from models.speech.transcript import Language, Transcript
from models.speech.vad import SileroVad, SpeechSegmenter


class SpeechListener:
    """The segments of speech of one recording whose sound is pushed, each given as it is complete.

    `seconds` is the sound heard so far, `prosody` has one entry per segment given. At most a segment of sound is held,
    whatever the length of the recording.
    """

    def __init__(self, vad: SileroVad, language: Language | None = None, keywords: tuple[str, ...] = ()) -> None:
        self.seconds = 0.0
        self.prosody: list[Prosody] = []
        self._segmenter = SpeechSegmenter(vad, language, keywords)

    def push(self, block: NDArray[np.float32]) -> Iterator[Segment]:
        """Take float32 mono [n] at 16 kHz; the segments must be drawn before the next block is pushed."""
        self.seconds += len(block) / SAMPLE_RATE
        yield from self._measured(self._segmenter.push(block))

    def finish(self) -> Iterator[Segment]:
        """What is left at the end of the recording."""
        yield from self._measured(self._segmenter.finish())

    def pending(self) -> Segment | None:
        """The speech that is in no segment yet, as one that will be cut elsewhere; None where there is none."""
        return self._segmenter.pending()

    def _measured(self, segments: Iterator[Segment]) -> Iterator[Segment]:
        for segment in segments:
            self.prosody.append(measure_prosody(segment))
            yield segment


class SpeechReader:
    """The segments of speech of one recording, read as they are asked for.

    After the last segment `seconds`, `problems` and `prosody` (one entry per segment) are whole.
    """

    def __init__(
        self, source: Source, vad: SileroVad, language: Language | None = None, limit_s: float | None = None
    ) -> None:
        self.language = language
        self._audio = AudioReader(source, limit_s)
        self._listener = SpeechListener(vad, language)

    @property
    def problems(self) -> tuple[AudioProblem, ...]:
        return tuple(sorted(self._audio.problems))

    @property
    def seconds(self) -> float:
        return self._listener.seconds

    @property
    def prosody(self) -> list[Prosody]:
        return self._listener.prosody

    def segments(self) -> Iterator[Segment]:
        """Raises MediaError as `AudioReader.blocks` does."""
        for block in self._audio.blocks():
            yield from self._listener.push(block)
        yield from self._listener.finish()


def merge(transcripts: Sequence[Transcript], recognizer: str, language: Language | None = None) -> Transcript:
    """The transcripts of a take's segments, in time order, as one.

    Its language is `language`, or else the one in which most words were said ("en" where there are none).
    """
    words = tuple(word for transcript in transcripts for word in transcript.words)
    said = {code: sum(len(part.words) for part in transcripts if part.language == code) for code in ("en", "zh")}
    return Transcript(
        language=language or ("zh" if said["zh"] > said["en"] else "en"),
        words=words,
        confidence=sum(word.confidence for word in words) / len(words) if words else 0.0,
        recognizer=recognizer,
    )
