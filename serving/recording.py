"""What one recording says and shows: decoded here, analysed by the engines, boiled down to observations."""

import asyncio
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from models.faces.contract import Face
from models.faces.identity import identity
from models.faces.observe import observe
from models.media.audio import AudioProblem
from models.media.errors import MediaError, MediaProblem
from models.media.frames import sample_frames
from models.observation import Observation
from models.speech.delivery import observe_delivery
from models.speech.recognition import SpeechReader, merge
from models.speech.transcript import Language, Transcript
from models.speech.vad import SileroVad
from serving.analysts import Analysts

Item = TypeVar("Item")

# What is decoded ahead of the engines: segments of at most 28 s are 1.8 MB each, frames of 640 x 480 0.9 MB.
_SEGMENTS = 4
_FRAMES = 8


class Heard(BaseModel):
    """The speech of one take; `transcript` is None where there was no sound, `seconds` is the sound's length."""

    transcript: Transcript | None
    delivery: list[Observation]
    problems: list[AudioProblem | MediaProblem]
    seconds: float


class Seen(BaseModel):
    """The faces of one take."""

    observations: list[Observation]
    problems: list[MediaProblem]


async def transcribe(reader: SpeechReader, analysts: Analysts) -> Transcript:
    """The transcript of a recording, read and transcribed a few segments at a time. Raises MediaError."""
    segments, transcripts = reader.segments(), list[Transcript]()
    while batch := await asyncio.to_thread(_take, segments, _SEGMENTS):
        transcripts += await analysts.transcribe(batch)
    return merge(transcripts, (await analysts.names())["speech"], reader.language)


async def hear(path: Path, language: Language, analysts: Analysts, vad: SileroVad, limit_s: float) -> Heard:
    """What is said in a recording and how; a recording without usable sound is a problem of its own, not an error."""
    reader = SpeechReader(path, vad, language, limit_s)
    try:
        transcript = await transcribe(reader, analysts)
    except MediaError as error:
        return Heard(transcript=None, delivery=[], problems=[error.code], seconds=0)
    delivery = observe_delivery(transcript, reader.prosody, reader.seconds)
    return Heard(transcript=transcript, delivery=delivery, problems=list(reader.problems), seconds=reader.seconds)


async def watch(
    path: Path, photo: NDArray[np.float32] | None, analysts: Analysts, frames_per_second: float, limit_s: float
) -> Seen:
    """What the pictures of a recording show; `photo` is the embedding that the person's face is compared with."""
    frames = sample_frames(path, frames_per_second, limit_s=limit_s)
    timed: list[tuple[float, list[Face]]] = []
    try:
        while block := await asyncio.to_thread(_take, frames, _FRAMES):
            faces = await analysts.faces([frame for _, frame in block])
            timed += [(time, found) for (time, _), found in zip(block, faces, strict=True)]
    except MediaError as error:
        return Seen(observations=[], problems=[error.code])
    observations = observe(timed)
    if photo is not None:
        observations.append(identity(photo, timed, await analysts.identity_rule()))
    return Seen(observations=observations, problems=[])


def _take(items: Iterator[Item], count: int) -> list[Item]:
    return list(islice(items, count))
