"""What a recording says and shows: one pass over it, whole or growing, for the Processor and for the LiveAnalyst."""

import asyncio
from collections.abc import Iterator

import numpy as np
from anyio import CapacityLimiter, to_thread
from numpy.typing import NDArray
from pydantic import BaseModel

from models.faces.identity import identity
from models.media.errors import MediaError
from models.media.pictures import Picture
from models.media.reader import MediaReader
from models.media.sound import Sound
from models.observation import Observation
from models.speech.contract import Segment
from models.speech.recognition import SpeechListener
from models.speech.transcript import Transcript
from models.speech.vad import SileroVad
from serving.analysts import Analysts
from serving.follower import Follower
from serving.hearing import Hearing
from serving.remember import Memory
from serving.seeing import Seeing
from serving.speakers import SpeakerListener
from serving.take_material import TakeSetup

# Readers of growing recordings wait for bytes: each has a thread of its own.
_READERS = CapacityLimiter(1000)
_SILENT = {"media-no-audio", "media-empty", "media-unreadable"}


class Analysed(BaseModel):
    """The analysis of one take. `transcript` is None where there was no sound; `seconds` is the sound's length, `spent`
    the seconds that each stage worked."""

    transcript: Transcript | None
    delivery: list[Observation]
    faces: list[Observation]
    problems: list[str]
    seconds: float
    spent: dict[str, float]


class RecordingAnalysis:
    """One take's analysis. `photo`: the embedding of the face that should be seen; `speakers`: who listens to its
    voices, where they may be compared.
    """

    def __init__(
        self,
        reader: MediaReader,
        setup: TakeSetup,
        photo: NDArray[np.float32] | None,
        analysts: Analysts,
        memory: Memory,
        vad: SileroVad,
        follower: Follower | None = None,
        speakers: SpeakerListener | None = None,
    ) -> None:
        self._reader, self._photo, self._analysts = reader, photo, analysts
        self._listener = SpeechListener(vad, setup.language, setup.keywords)
        self._hearing = Hearing(self._listener, setup.language, analysts, memory, follower, speakers)
        self._seeing = Seeing(setup.expressions, analysts, follower)
        self._problems: set[str] = set()

    @property
    def thinned(self) -> int:
        """How many pictures were left out because the engines could not keep up."""
        return self._seeing.thinned

    def look_ahead(self) -> None:
        """All that is there of a growing recording was read: its reader's thread says so before it waits for more."""
        self._hearing.look_ahead()

    async def run(self) -> Analysed:
        """Analyse to the recording's end. A recording that cannot be used is a problem in the result, not an error."""
        await self._hearing.begin()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._read())
                group.create_task(self._hearing.run())
                group.create_task(self._hearing.run_ahead())
                group.create_task(self._seeing.run())
        except ExceptionGroup as group_error:
            # The first to fail stops the others: it is the reason.
            raise group_error.exceptions[0] from None
        transcript = None if self._problems & _SILENT else self._hearing.transcript()
        return Analysed(
            transcript=transcript,
            delivery=[] if transcript is None else self._hearing.delivery(transcript),
            faces=await self._faces(),
            problems=sorted(self._problems),
            seconds=self._listener.seconds,
            spent={"speech": round(self._hearing.spent, 3), "faces": round(self._seeing.spent, 3)},
        )

    async def _read(self) -> None:
        found = self._decode()
        try:
            while (item := await _step(found)) is not None:
                await (self._hearing.put(item) if isinstance(item, Segment) else self._seeing.put(item))
        except MediaError as error:
            self._problems.add(error.code)
        self._problems |= self._reader.problems
        await self._hearing.end()
        await self._seeing.end()

    def _decode(self) -> "Iterator[Segment | Picture]":
        for event in self._reader.events():
            if isinstance(event, Sound):
                yield from self._listener.push(event.samples)
            else:
                yield event
        yield from self._listener.finish()

    async def _faces(self) -> list[Observation]:
        found = self._seeing.observations()
        if self._photo is not None and "media-no-video" not in self._problems and self._seeing.faces:
            found.append(identity(self._photo, self._seeing.faces, await self._analysts.identity_rule()))
        return found


async def _step(found: "Iterator[Segment | Picture]") -> "Segment | Picture | None":
    """The next of what a thread finds, or None at its end."""
    return await to_thread.run_sync(next, found, None, limiter=_READERS, abandon_on_cancel=True)
