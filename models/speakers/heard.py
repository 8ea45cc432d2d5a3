"""The voices that are heard in a recording, stretch by stretch."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from models.media.container import Source
from models.media.errors import MediaError
from models.speakers.encoder import SpeakerEncoder
from models.speakers.stretches import cut
from models.speech.contract import SAMPLE_RATE, Segment
from models.speech.recognition import SpeechReader
from models.speech.vad import SileroVad

_DECIMALS = 4


class HeardVoice(BaseModel):
    """A stretch of speech. start, end: seconds from the take's start; `seconds`: what of it is speech, without pauses;
    `vector`: of its voice, of length 1. Such vectors are biometric data."""

    model_config = ConfigDict(frozen=True)

    start: float
    end: float
    seconds: float
    vector: tuple[float, ...]


class TakeVoices(BaseModel):
    """Every stretch of a take that is long enough to tell a voice by, in order; `spent` is how many seconds it took."""

    heard: list[HeardVoice]
    spent: float = 0.0


def hear(segments: Sequence[Segment], encoder: SpeakerEncoder) -> list[HeardVoice]:
    """The voices in some segments of speech, in order."""
    stretches = [stretch for segment in segments for stretch in cut(segment)]
    vectors = encoder.embed([stretch.sound for stretch in stretches])
    return [
        HeardVoice(
            start=stretch.start,
            end=stretch.end,
            seconds=len(stretch.sound) / SAMPLE_RATE,
            vector=tuple(round(float(value), _DECIMALS) for value in vector),
        )
        for stretch, vector in zip(stretches, vectors, strict=True)
    ]


def hear_recording(
    source: Source, vad: SileroVad, encoder: SpeakerEncoder, limit_s: float | None = None
) -> list[HeardVoice]:
    """The voices in a recording, in order; none where it has no sound that can be read."""
    heard: list[HeardVoice] = []
    try:
        for segment in SpeechReader(source, vad, limit_s=limit_s).segments():
            heard += hear([segment], encoder)
    except MediaError:
        pass
    return heard
