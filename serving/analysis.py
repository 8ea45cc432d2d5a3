"""What a recording says and shows: one pass over it, whole or growing, for the Processor and for the LiveAnalyst."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Literal, Protocol, TypeVar

import numpy as np
from anyio import CapacityLimiter, to_thread
from numpy.typing import NDArray
from pydantic import BaseModel

from models.faces.contract import Face, Stretch, Track
from models.faces.identity import identity
from models.faces.observe import observe
from models.media.errors import MediaError
from models.media.pictures import Picture
from models.media.reader import MediaReader
from models.media.sound import Sound
from models.observation import Observation
from models.speech.contract import Segment
from models.speech.delivery import observe_delivery
from models.speech.look_ahead import LookAhead
from models.speech.recognition import SpeechListener, merge
from models.speech.transcript import Language, Transcript
from models.speech.vad import SileroVad
from serving.analysts import Analysts
from serving.engine import Overloaded
from serving.remember import Memory
from serving.speakers import SpeakerListener

Item = TypeVar("Item")

# What is decoded ahead of the engines: segments of at most 28 s are 1.8 MB each, pictures of 640 x 480 0.9 MB.
_SEGMENTS_AHEAD = 8
_PICTURES_AHEAD = 32
# What one call of an engine takes.
_SEGMENTS_AT_ONCE = 4
_PICTURES_AT_ONCE = 8
# How far behind a recording that goes on its pictures may fall, beside those that wait, before one is left out.
_PATIENCE_S = 5.0
# Speech that goes on is transcribed before its segment is complete, whenever so much more of it is there.
_LOOK_AHEAD_S = 1.0
# A transcript that takes longer is told to be late.
_LATE_S = 10.0
# Readers of growing recordings wait for bytes: each has a thread of its own.
_READERS = CapacityLimiter(1000)


class Analysed(BaseModel):
    """The analysis of one take. `transcript` is None where there was no sound; `seconds` is the sound's length, `spent`
    the seconds that each stage worked."""

    transcript: Transcript | None
    delivery: list[Observation]
    faces: list[Observation]
    problems: list[str]
    seconds: float
    spent: dict[str, float]


Delay = Literal["pictures-left-out", "transcript-waits"]


class Follower(Protocol):
    """Who wants to know what is found while a recording is analysed."""

    def is_hurried(self) -> bool:
        """Whether the recording goes on whatever happens here, so that falling behind must end somewhere."""
        ...

    async def heard(self, new: Transcript, is_final: bool, so_far: Transcript, delivery: list[Observation]) -> None:
        """A stretch of speech, all that was said so far with it, and the delivery so far.

        What is not final is heard again, better, once its segment is complete.
        """
        ...

    async def seen(self, faces: list[Observation]) -> None:
        """What the pictures of the take show so far."""
        ...

    async def delayed(self, delay: Delay) -> None:
        """The engines cannot keep up."""
        ...


class RecordingAnalysis:
    """One take's analysis. `keywords`: what may be said in it, as `Segment` takes them; `expressions`: whether its
    faces may be read for expressions, as in `Track`; `speakers`: who listens to its voices, where they may be compared.

    `thinned` counts pictures that were left out because the engines could not keep up.
    """

    def __init__(
        self,
        reader: MediaReader,
        language: Language,
        keywords: tuple[str, ...],
        photo: NDArray[np.float32] | None,
        expressions: bool,
        analysts: Analysts,
        memory: Memory,
        vad: SileroVad,
        follower: Follower | None = None,
        speakers: SpeakerListener | None = None,
    ) -> None:
        self.thinned = 0
        self._reader, self._language, self._photo = reader, language, photo
        self._analysts, self._memory, self._follower = analysts, memory, follower
        self._listener = SpeechListener(vad, language, keywords)
        self._speakers = speakers
        self._segments: asyncio.Queue[Segment | None] = asyncio.Queue(_SEGMENTS_AHEAD)
        self._pictures: asyncio.Queue[Picture | None] = asyncio.Queue(_PICTURES_AHEAD)
        # Only the newest unfinished segment is worth transcribing before its time.
        self._unfinished: asyncio.Queue[Segment | None] = asyncio.Queue(1)
        self._unfinished_at = 0.0
        self._ahead = LookAhead()
        self._final_until = 0.0
        self._transcripts: list[Transcript] = []
        self._faces: list[tuple[float, list[Face]]] = []
        self._expressions = expressions
        self._track = Track(expressions=expressions)
        self._problems: set[str] = set()
        self._spent = {"speech": 0.0, "faces": 0.0}

    async def run(self) -> Analysed:
        """Analyse to the recording's end. A recording that cannot be used is a problem in the result, not an error."""
        self._loop = asyncio.get_running_loop()
        self._engine = (await self._analysts.names())["speech"]
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._read())
                group.create_task(self._hear())
                group.create_task(self._hear_unfinished())
                group.create_task(self._watch())
        except ExceptionGroup as group_error:
            # The first to fail stops the others: it is the reason.
            raise group_error.exceptions[0] from None
        faces = observe(self._faces, self._expressions)
        if self._photo is not None and "media-no-video" not in self._problems and self._faces:
            faces.append(identity(self._photo, self._faces, await self._analysts.identity_rule()))
        silent = self._problems & {"media-no-audio", "media-empty", "media-unreadable"}
        transcript = None if silent else self._merged()
        return Analysed(
            transcript=transcript,
            delivery=[]
            if transcript is None
            else observe_delivery(transcript, self._listener.prosody, self._listener.seconds),
            faces=faces,
            problems=sorted(self._problems),
            seconds=self._listener.seconds,
            spent={stage: round(seconds, 3) for stage, seconds in self._spent.items()},
        )

    def look_ahead(self) -> None:
        """All that is there of a growing recording was read: its reader's thread says so before it waits for more."""
        if self._listener.seconds - self._unfinished_at >= _LOOK_AHEAD_S:
            self._unfinished_at = self._listener.seconds
            segment = self._listener.pending()
            if segment is not None:
                self._loop.call_soon_threadsafe(_replace, self._unfinished, segment)

    async def _read(self) -> None:
        found = self._decode()
        try:
            while (item := await _step(found)) is not None:
                if isinstance(item, Segment):
                    await self._segments.put(item)
                else:
                    await self._put(item)
        except MediaError as error:
            self._problems.add(error.code)
        self._problems |= self._reader.problems
        _replace(self._unfinished, None)
        await self._segments.put(None)
        await self._pictures.put(None)

    async def _put(self, picture: Picture) -> None:
        while True:
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    return await self._pictures.put(picture)
            except TimeoutError:
                if self._follower is not None and self._follower.is_hurried():
                    self.thinned += 1
                    return await self._follower.delayed("pictures-left-out")

    def _decode(self) -> "Iterator[Segment | Picture]":
        for event in self._reader.events():
            if isinstance(event, Sound):
                yield from self._listener.push(event.samples)
            else:
                yield event
        yield from self._listener.finish()

    async def _hear(self) -> None:
        while batch := await _next(self._segments, _SEGMENTS_AT_ONCE):
            started = time.perf_counter()
            async with self._told_when_late():
                new, _ = await asyncio.gather(self._transcribe_all(batch), self._hear_voices(batch))
            self._spent["speech"] += time.perf_counter() - started
            self._transcripts += new
            self._final_until = batch[-1].start + batch[-1].seconds
            self._ahead.complete(self._final_until)
            await self._tell(new, is_final=True)

    async def _hear_unfinished(self) -> None:
        while (segment := await self._unfinished.get()) is not None:
            tail = self._ahead.tail(segment)
            if tail is None:
                continue
            try:
                transcript = await self._analysts.transcribe_provisionally(tail)
            except Overloaded:
                await self._tell_late()
                continue
            # Meanwhile its segment may have been completed and transcribed, better.
            if tail.start >= self._final_until:
                await self._tell([transcript], is_final=False)
                self._ahead.settle(tail, transcript)

    @asynccontextmanager
    async def _told_when_late(self) -> AsyncIterator[None]:
        """Tell when what is done inside takes too long."""

        async def tell() -> None:
            await asyncio.sleep(_LATE_S)
            await self._tell_late()

        late = asyncio.create_task(tell())
        try:
            yield
        finally:
            late.cancel()

    async def _tell_late(self) -> None:
        if self._follower is not None:
            await self._follower.delayed("transcript-waits")

    async def _tell(self, new: list[Transcript], is_final: bool) -> None:
        if self._follower is None:
            return
        said = [*self._transcripts, *self._ahead.settled, *([] if is_final else new)]
        so_far = merge(said, self._engine, self._language)
        # The prosody of an unfinished segment is not known yet: pauses and pace do not need it.
        delivery = observe_delivery(so_far, self._listener.prosody[: len(self._transcripts)], self._listener.seconds)
        await self._follower.heard(merge(new, self._engine, self._language), is_final, so_far, delivery)

    async def _transcribe_all(self, segments: list[Segment]) -> list[Transcript]:
        return await asyncio.gather(*(self._transcribe(segment) for segment in segments))

    async def _hear_voices(self, segments: list[Segment]) -> None:
        if self._speakers is not None:
            await self._speakers.hear(segments)

    async def _transcribe(self, segment: Segment) -> Transcript:
        """A segment is transcribed once: a take that is analysed anew finds it."""

        async def compute() -> Transcript:
            [transcript] = await self._analysts.transcribe([segment])
            return transcript

        inputs = {
            "sha256": hashlib.sha256(segment.audio.tobytes()).hexdigest(),
            "start": segment.start,
            "language": segment.language,
            "keywords": segment.keywords,
            "engine": self._engine,
        }
        transcript, _ = await self._memory.remember("segment", inputs, Transcript, compute)
        return transcript

    async def _watch(self) -> None:
        while batch := await _next(self._pictures, _PICTURES_AT_ONCE):
            started = time.perf_counter()
            followed = await self._analysts.follow(Stretch([picture.pixels for picture in batch], self._track))
            self._spent["faces"] += time.perf_counter() - started
            self._track = followed.track
            self._faces += [(picture.time, found) for picture, found in zip(batch, followed.faces, strict=True)]
            if self._follower is not None:
                await self._follower.seen(observe(self._faces, self._expressions))

    def _merged(self) -> Transcript:
        return merge(self._transcripts, self._engine, self._language)


def _replace(queue: "asyncio.Queue[Item]", item: Item) -> None:
    """Put an item into a queue of one, in place of what waits there."""
    while not queue.empty():
        queue.get_nowait()
    queue.put_nowait(item)


async def _step(found: "Iterator[Item]") -> Item | None:
    """The next of what a thread finds, or None at its end."""
    return await to_thread.run_sync(next, found, None, limiter=_READERS, abandon_on_cancel=True)


async def _next(queue: "asyncio.Queue[Item | None]", most: int) -> list[Item]:
    """What waits in a queue, at least one and at most `most`; nothing at its end, which None marks."""
    items: list[Item] = []
    item = await queue.get()
    while item is not None:
        items.append(item)
        if len(items) == most or queue.empty():
            return items
        item = queue.get_nowait()
    if items:
        queue.put_nowait(None)
    return items
