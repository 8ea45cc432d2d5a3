"""The sound of a recording alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeGuard, get_args

import numpy as np
from numpy.typing import NDArray

from models.media.container import Source
from models.media.errors import AudioProblem as AudioProblem
from models.media.errors import MediaError
from models.media.reader import MediaReader
from models.media.sound import RATE, Sound


@dataclass(frozen=True)
class Audio:
    """`samples` float32 mono [n] at 16 kHz in -1..1 from the start of the take, and what was wrong with the file."""

    samples: NDArray[np.float32]
    problems: tuple[AudioProblem, ...] = ()

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE

    @property
    def truncated(self) -> bool:
        return "ends-early" in self.problems


def decode_audio(source: Source, limit_s: float | None = None) -> Audio:
    """All the sound of `source` in memory (64 kB a second), at most `limit_s` seconds of it.

    What decodes of a damaged file is kept, and `problems` says so. Raises MediaError `media-empty`,
    `media-unreadable` or `media-no-audio`.
    """
    reader = AudioReader(source, limit_s)
    samples = np.concatenate(list(reader.blocks()))
    return Audio(samples, tuple(sorted(reader.problems)))


class AudioReader:
    """The sound of `source` block by block, in constant memory; `problems` is whole after the last."""

    def __init__(self, source: Source, limit_s: float | None = None) -> None:
        self._reader = MediaReader(source, frames_per_second=None, limit_s=limit_s)

    @property
    def problems(self) -> set[AudioProblem]:
        return {problem for problem in self._reader.problems if _tolerable(problem)}

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """Float32 mono [n] at 16 kHz in -1..1, one behind the other. Raises MediaError as `decode_audio` does."""
        for event in self._reader.events():
            if isinstance(event, Sound):
                yield event.samples
        if "media-no-audio" in self._reader.problems:
            raise MediaError("media-no-audio", "The recording has no sound track.")
        if "media-unreadable" in self._reader.problems:
            raise MediaError("media-unreadable", "The recording has a sound track, but nothing of it can be decoded.")
        if "media-empty" in self._reader.problems:
            raise MediaError("media-empty", "The recording has a sound track without any sound in it.")


def _tolerable(problem: str) -> TypeGuard[AudioProblem]:
    return problem in get_args(AudioProblem)
