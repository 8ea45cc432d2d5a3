"""How fast chunks come in: candidates who send without a pause, against the two commits and the PUT alone."""

import asyncio
import itertools
import math
import os
import time
from collections.abc import Sequence
from uuid import UUID

import httpx
import numpy as np
from pydantic import BaseModel

from loadtests.candidate import SimulatedCandidate
from loadtests.chunks import CHUNK_SECONDS, Chunk
from loadtests.client import Client
from loadtests.faults import Faults
from loadtests.record import Call, CallName
from loadtests.take import Take
from models.bench.spread import Spread
from ops.bench.sitting import NewKey, fresh_key, invite
from storage.database import Database
from storage.keys.transactions import actor_of_key
from storage.media.records import chunk_key
from storage.media.store import MediaStore
from storage.settings import StorageSettings
from storage.takes.chunks import announce_chunk, store_chunk
from storage.takes.records import Chunk as StoredChunk
from storage.takes.records import NewChunk
from storage.takes.transactions import start_take

CHUNK_BYTES = 112_000  # two seconds of what the recorder of `loadtests/recording.py` aims at: 400 + 48 kbit/s
_MOST_CHUNKS = 5_000  # more than are sent in the time
_STEPS: tuple[CallName, ...] = ("announce chunk", "upload chunk", "complete chunk")


class ChunksBench(BaseModel):
    """`candidates` who each send one chunk after the other, for `seconds`, while nothing analyses what they send.

    per_s: chunks acknowledged a second, of all together. announce_s, upload_s, complete_s: of the three requests.
    failed: requests that were tried again. floor_per_s: chunks a second of as many callers who only write the
    announcement to Postgres, put the bytes into S3 and write the acknowledgement, with no front between.
    floor_announce_s: the 95th percentile of that first write. ratio_to_floor: per_s over floor_per_s.
    """

    candidates: int
    seconds: float
    chunk_bytes: int
    chunks: int
    failed: int
    p95_announce_s: float
    per_s: float
    announce_s: Spread
    upload_s: Spread
    complete_s: Spread
    floor_announce_s: float
    floor_per_s: float
    ratio_to_floor: float


async def bench_chunks(url: str, new_key: NewKey, *, candidates: int = 8, seconds: float = 10.0) -> ChunksBench:
    """Measure the Parley at `url`, and for half as long its Postgres and S3, which the environment names."""
    key = await fresh_key(new_key)
    with Client(url, key) as client:
        sessions = await asyncio.to_thread(invite, client, "en", 2 * candidates)
    calls = await flood(url, key, sessions[:candidates], seconds)
    floor = await _bare(key, [UUID(session) for session in sessions[candidates:]], seconds / 2)
    good = [call for call in calls if call.error is None]
    announcing, uploading, completing = (_seconds(good, name) for name in _STEPS)
    per_s, floor_per_s = len(completing) / seconds, len(floor) / (seconds / 2)
    return ChunksBench(
        candidates=candidates,
        seconds=seconds,
        chunk_bytes=CHUNK_BYTES,
        chunks=len(completing),
        failed=len(calls) - len(good),
        p95_announce_s=round(float(np.percentile(announcing, 95)), 4),
        per_s=round(per_s, 2),
        announce_s=Spread.of(announcing),
        upload_s=Spread.of(uploading),
        complete_s=Spread.of(completing),
        floor_announce_s=round(float(np.percentile(floor, 95)), 4),
        floor_per_s=round(floor_per_s, 2),
        ratio_to_floor=round(per_s / floor_per_s, 3),
    )


async def flood(url: str, key: str, sessions: Sequence[str], seconds: float) -> list[Call]:
    """The requests that candidates in these sessions have answered after `seconds` of sending without a pause.

    Each keeps the first chunk back: an analysis needs a recording's beginning, so that the engines leave the machine to
    the chunks. Raises what a candidate raises.
    """
    body = os.urandom(CHUNK_BYTES)
    chunks = [Chunk(number, CHUNK_SECONDS * (number + 1), body) for number in range(_MOST_CHUNKS)]
    calls: list[Call] = []
    candidates = [
        SimulatedCandidate(url, key, session, speed=math.inf, on_call=calls.append).play(
            [Take(1, chunks, Faults(lost={0: "unsent"}))], submit=False
        )
        for session in sessions
    ]
    playing = [asyncio.create_task(candidate) for candidate in candidates]
    done, left = await asyncio.wait(playing, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    for task in done:
        task.result()
    return calls


async def _bare(key: str, sessions: Sequence[UUID], seconds: float) -> list[float]:
    """Seconds of the announcement of each chunk that was stored within `seconds` without a front."""
    settings = StorageSettings()
    media, body, announcing = MediaStore(settings), os.urandom(CHUNK_BYTES), list[float]()
    async with Database(settings) as database, httpx.AsyncClient() as http:
        organisation_id = (await actor_of_key(database, key)).organisation_id

        async def store(session_id: UUID) -> None:
            async with database.transaction(organisation_id) as connection:
                take = await start_take(connection, session_id, 1, "video/webm")
            while time.monotonic() < end:
                new = NewChunk(number=next(numbers), **Chunk(0, 0.0, body).named)
                began = time.monotonic()
                async with database.transaction(organisation_id) as connection:
                    await announce_chunk(connection, take, new)
                announced = time.monotonic() - began
                upload = media.presign(
                    chunk_key(organisation_id, take.id, new.number),
                    take.content_type,
                    new.size,
                    bytes.fromhex(new.sha256),
                )
                (await http.put(upload.url, headers=upload.headers, content=body)).raise_for_status()
                async with database.transaction(organisation_id) as connection:
                    await store_chunk(connection, take, StoredChunk(**new.model_dump(), stored_at=None))
                announcing.append(announced)

        numbers, end = itertools.count(), time.monotonic() + seconds
        await asyncio.gather(*(store(session_id) for session_id in sessions))
    return announcing


def _seconds(calls: Sequence[Call], name: CallName) -> list[float]:
    return [call.seconds for call in calls if call.name == name]
