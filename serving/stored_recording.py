"""A take's recording in S3, as a file for as long as it is needed."""

import asyncio
import tempfile
from pathlib import Path
from uuid import UUID

from storage.errors import Unavailable
from storage.media.records import chunk_key
from storage.media.store import MediaStore
from storage.takes.chunks import content_sha256
from storage.takes.records import Chunk, Take


class StoredRecording:
    """The acknowledged chunks of a take, copied to one file the first time it is asked for.

    Within an `async with` block, of which there may be several; the file goes with it. `sha256` identifies the content
    without reading it.
    """

    def __init__(self, media: MediaStore, organisation_id: UUID, take: Take, chunks: list[Chunk]) -> None:
        self._media, self._organisation_id, self._take, self._chunks = media, organisation_id, take, chunks
        self._once = asyncio.Lock()
        self.sha256 = content_sha256(chunks)

    async def __aenter__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="parley-")
        self._copied = False

    async def __aexit__(self, *exc: object) -> None:
        self._folder.cleanup()

    async def path(self) -> Path:
        """The file; raises Unavailable where a chunk cannot be read."""
        path = Path(self._folder.name) / "recording"
        async with self._once:
            if not self._copied:
                await asyncio.to_thread(self._copy, path)
                self._copied = True
        return path

    def _copy(self, path: Path) -> None:
        with path.open("wb") as file:
            for chunk in self._chunks:
                key = chunk_key(self._organisation_id, self._take.id, chunk.number)
                try:
                    self._media.copy(key, file, bytes.fromhex(chunk.sha256))
                except FileNotFoundError:
                    raise Unavailable("recording-missing", "A recording is missing from the media store.") from None
