"""The chunks of a take as they are stored, pushed in order into a recording that grows."""

import asyncio
from uuid import UUID

from anyio import to_thread

from models.media.growing import GrowingMedia
from storage.database import Database
from storage.media.records import chunk_key
from storage.media.store import MediaStore
from storage.takes.chunks import LATE_CHUNKS_S, stored_chunks
from storage.takes.records import Chunk
from storage.takes.transactions import get_take

# A take that has been silent for this long is let go; its next chunk has it analysed anew.
_IDLE_S = 60.0


class TakeFeed:
    """Fills `growing`; `pushed` are the chunks that are in it. `wake` tells that there is something new."""

    def __init__(self, organisation_id: UUID, take_id: UUID, database: Database, media: MediaStore) -> None:
        self.growing = GrowingMedia()
        self.pushed: list[Chunk] = []
        self.is_recording = True
        self._organisation_id, self._take_id = organisation_id, take_id
        self._database, self._media = database, media
        self._new = asyncio.Event()

    def wake(self) -> None:
        """There is a new chunk, or the take's end."""
        self._new.set()

    async def run(self) -> bool:
        """Push chunks in order as they are stored; whether the take came to its end. Raises TimeoutError."""
        try:
            while True:
                self._new.clear()
                async with self._database.transaction(self._organisation_id) as connection:
                    take = await get_take(connection, self._take_id)
                    stored = {chunk.number: chunk for chunk in await stored_chunks(connection, self._take_id)}
                await self._push(stored)
                self.is_recording = take.state == "recording"
                if take.state == "stored" and take.chunks is not None:
                    await self._push_rest(take.chunks)
                    self.growing.finish()
                    return True
                if take.state == "abandoned":
                    self.growing.abort()
                    return False
                await asyncio.wait_for(self._new.wait(), _IDLE_S)
        except BaseException:
            self.growing.abort()
            raise

    async def _push(self, stored: dict[int, Chunk], skip_gaps: bool = False) -> None:
        reached = self.pushed[-1].number + 1 if self.pushed else 0
        for number in sorted(number for number in stored if number >= reached):
            if number != reached and not skip_gaps:
                return
            key = chunk_key(self._organisation_id, self._take_id, number)
            self.growing.push(await to_thread.run_sync(self._media.read, key))
            self.pushed.append(stored[number])
            reached = number + 1

    async def _push_rest(self, end: int) -> None:
        """The take has ended: wait for late chunks as long as they are taken, then go on past the gaps."""
        deadline = asyncio.get_running_loop().time() + LATE_CHUNKS_S
        while True:
            self._new.clear()
            async with self._database.transaction(self._organisation_id) as connection:
                stored = {chunk.number: chunk for chunk in await stored_chunks(connection, self._take_id)}
            await self._push(stored)
            left = deadline - asyncio.get_running_loop().time()
            if len(self.pushed) == end or left <= 0:
                break
            try:
                await asyncio.wait_for(self._new.wait(), left)
            except TimeoutError:
                break
        await self._push(stored, skip_gaps=True)
