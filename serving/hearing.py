"""What is said in one take: its segments transcribed, those that go on provisionally."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from models.observation import Observation
from models.speech.contract import Segment
from models.speech.delivery import observe_delivery
from models.speech.look_ahead import LookAhead
from models.speech.recognition import SpeechListener, merge
from models.speech.transcript import Language, Transcript
from serving.analysts import Analysts
from serving.engine import Overloaded
from serving.follower import Follower
from serving.remember import Memory
from serving.speakers import SpeakerListener
from serving.waiting import next_batch, replace

# Segments of at most 28 s are 1.8 MB each.
_SEGMENTS_AHEAD = 8
# What one call of the engine takes.
_SEGMENTS_AT_ONCE = 4
# Speech that goes on is transcribed before its segment is complete, whenever so much more of it is there.
_LOOK_AHEAD_S = 1.0
# A transcript that takes longer is told to be late.
_LATE_S = 10.0


class Hearing:
    """Transcribes the segments that `listener` finds; `spent`: the seconds that it took.

    speakers: who listens to the voices, where they may be compared.
    """

    def __init__(
        self,
        listener: SpeechListener,
        language: Language,
        analysts: Analysts,
        memory: Memory,
        follower: Follower | None,
        speakers: SpeakerListener | None,
    ) -> None:
        self.spent = 0.0
        self._listener, self._language = listener, language
        self._analysts, self._memory, self._follower, self._speakers = analysts, memory, follower, speakers
        self._segments: asyncio.Queue[Segment | None] = asyncio.Queue(_SEGMENTS_AHEAD)
        # Only the newest unfinished segment is worth transcribing before its time.
        self._unfinished: asyncio.Queue[Segment | None] = asyncio.Queue(1)
        self._unfinished_at = 0.0
        self._ahead = LookAhead()
        self._final_until = 0.0
        self._transcripts: list[Transcript] = []

    async def begin(self) -> None:
        """Be ready for segments. Comes before all else."""
        self._loop = asyncio.get_running_loop()
        self._engine = (await self._analysts.names())["speech"]

    async def put(self, segment: Segment) -> None:
        """Transcribe a segment soon; waits where many wait."""
        await self._segments.put(segment)

    async def end(self) -> None:
        """No more segments come."""
        replace(self._unfinished, None)
        await self._segments.put(None)

    def look_ahead(self) -> None:
        """All that is there of a growing recording was read: its reader's thread says so before it waits for more."""
        if self._listener.seconds - self._unfinished_at >= _LOOK_AHEAD_S:
            self._unfinished_at = self._listener.seconds
            segment = self._listener.pending()
            if segment is not None:
                self._loop.call_soon_threadsafe(replace, self._unfinished, segment)

    async def run(self) -> None:
        """Transcribe the complete segments until there are no more."""
        while batch := await next_batch(self._segments, _SEGMENTS_AT_ONCE):
            started = time.perf_counter()
            async with self._told_when_late():
                new, _ = await asyncio.gather(self._transcribe_all(batch), self._hear_voices(batch))
            self.spent += time.perf_counter() - started
            self._transcripts += new
            self._final_until = batch[-1].start + batch[-1].seconds
            self._ahead.complete(self._final_until)
            await self._tell(new, is_final=True)

    async def run_ahead(self) -> None:
        """Transcribe what is in no complete segment yet, until there is no more."""
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

    def transcript(self) -> Transcript:
        """All that was said in the complete segments."""
        return merge(self._transcripts, self._engine, self._language)

    def delivery(self, transcript: Transcript) -> list[Observation]:
        """How a transcript of this take was delivered."""
        # The prosody of an unfinished segment is not known yet: pauses and pace do not need it.
        prosody = self._listener.prosody[: len(self._transcripts)]
        return observe_delivery(transcript, prosody, self._listener.seconds)

    async def _tell(self, new: list[Transcript], is_final: bool) -> None:
        if self._follower is None:
            return
        said = [*self._transcripts, *self._ahead.settled, *([] if is_final else new)]
        so_far = merge(said, self._engine, self._language)
        told = merge(new, self._engine, self._language)
        await self._follower.heard(told, is_final, so_far, self.delivery(so_far))

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

    async def _hear_voices(self, segments: list[Segment]) -> None:
        if self._speakers is not None:
            await self._speakers.hear(segments)

    async def _transcribe_all(self, segments: list[Segment]) -> list[Transcript]:
        return await asyncio.gather(*(self._transcribe(segment) for segment in segments))

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
