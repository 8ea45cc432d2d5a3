"""A whole recording to what was said and how: decode, find speech, transcribe in batches, measure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from models.media.audio import AudioProblem, AudioReader
from models.media.container import Source
from models.observation import Observation
from models.speech.contract import SAMPLE_RATE, Segment
from models.speech.delivery import observe_delivery
from models.speech.prosody import Prosody, measure_prosody
from models.speech.transcript import Language, Transcript
from models.speech.vad import SileroVad

BATCH = 8


@dataclass(frozen=True)
class Speech:
    """What was said in a recording of `seconds`, its delivery, and what was wrong with the file."""

    transcript: Transcript
    delivery: tuple[Observation, ...]
    seconds: float
    problems: tuple[AudioProblem, ...]


class SpeechReader:
    """The segments of speech of one recording, read as they are asked for.

    After the last segment `seconds`, `problems` and `prosody` (one entry per segment) are whole. At most a segment of
    sound is held, whatever the length of the recording.
    """

    def __init__(
        self, source: Source, vad: SileroVad, language: Language | None = None, limit_s: float | None = None
    ) -> None:
        self.seconds = 0.0
        self.prosody: list[Prosody] = []
        self._audio = AudioReader(source, limit_s)
        self._vad = vad
        self.language = language

    @property
    def problems(self) -> tuple[AudioProblem, ...]:
        return tuple(sorted(self._audio.problems))

    def segments(self) -> Iterator[Segment]:
        """Raises MediaError as `AudioReader.blocks` does."""
        for segment in self._vad.segments(self._blocks(), self.language):
            self.prosody.append(measure_prosody(segment))
            yield segment

    def _blocks(self) -> Iterator[NDArray[np.float32]]:
        for block in self._audio.blocks():
            self.seconds += len(block) / SAMPLE_RATE
            yield block


def recognise(
    reader: SpeechReader, transcribe: Callable[[Sequence[Segment]], list[Transcript]], recognizer: str
) -> Speech:
    """Drive one recording through `transcribe` (a `Recognizer`'s method, or a call to one elsewhere) in batches."""
    segments = reader.segments()
    transcripts: list[Transcript] = []
    while batch := list(islice(segments, BATCH)):
        transcripts += transcribe(batch)
    transcript = merge(transcripts, recognizer, reader.language)
    delivery = observe_delivery(transcript, reader.prosody, reader.seconds)
    return Speech(transcript, tuple(delivery), reader.seconds, reader.problems)


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
