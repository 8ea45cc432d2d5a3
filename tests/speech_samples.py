"""The recorded answers of the load tests, and the words spoken in them."""

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import loadtests
from models.media.audio import decode_audio
from models.speech.contract import Segment
from models.speech.recognition import SpeechReader, merge
from models.speech.transcript import Language, Transcript

RECORDINGS = Path(loadtests.__file__).parent / "recordings"


@dataclass(frozen=True)
class SpokenAnswer:
    """`audio` float32 mono [n] at 16 kHz."""

    path: Path
    language: Language
    spoken: str
    audio: NDArray[np.float32]


def spoken_answers() -> dict[str, SpokenAnswer]:
    """Every recorded answer by its id: en-1, en-2, zh-1, zh-2."""
    listed = tomllib.loads((RECORDINGS / "answers.toml").read_text(encoding="utf-8"))["answers"]
    return {
        answer["id"]: SpokenAnswer(
            path=RECORDINGS / answer["file"],
            language=answer["language"],
            spoken=answer["spoken"],
            audio=decode_audio(RECORDINGS / answer["file"]).samples,
        )
        for answer in listed
    }


def recognise(
    reader: SpeechReader, transcribe: Callable[[Sequence[Segment]], list[Transcript]], recognizer: str
) -> Transcript:
    """Drive one recording through the `transcribe` of a `Recognizer` of that name, eight segments at a time."""
    segments = reader.segments()
    transcripts: list[Transcript] = []
    while batch := list(islice(segments, 8)):
        transcripts += transcribe(batch)
    return merge(transcripts, recognizer, reader.language)
