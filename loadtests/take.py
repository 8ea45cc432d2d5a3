"""One take of a simulated candidate: the chunks are sent as they are recorded, and faults happen to them."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from loadtests.chunks import Chunk
from loadtests.faults import Faults
from loadtests.network import Injected, Network
from loadtests.patience import patiently
from loadtests.protocol import Json, Protocol
from loadtests.record import Acknowledgement, PlayedTake
from loadtests.refused import Refused


@dataclass(frozen=True)
class Take:
    """What a candidate says to a question (numbered from 1), and what goes wrong with it."""

    question: int
    chunks: Sequence[Chunk]
    faults: Faults = field(default_factory=Faults)
    content_type: str = "video/webm"


class TakePlayer:
    """Plays one take. Chunks go one after the other, each as soon as it is recorded and the one before is acknowledged.

    speed: seconds of recording per second; math.inf sends without waiting.
    patience_s: how long one step is retried before its error is raised.
    """

    def __init__(self, take: Take, protocol: Protocol, network: Network, speed: float, patience_s: float) -> None:
        self._take, self._faults = take, take.faults
        self._protocol, self._network = protocol, network
        self._speed, self._patience_s = speed, patience_s
        # What of the plan is still to happen.
        self._breaks, self._outages = dict(take.faults.broken), dict(take.faults.outages)
        self._unheard = {(step, k): n for k, n in take.faults.unheard.items() for step in ("announce", "complete")}

    async def play(self, session_id: str) -> PlayedTake:
        """Play the take to its end, or to where the candidate leaves.

        Raises Refused or httpx.TransportError where a step fails for good.
        """
        take, faults, protocol = self._take, self._faults, self._protocol
        started = await patiently(self._patience_s, protocol.start_take, session_id, take.question, take.content_type)
        played = PlayedTake(started["id"], take.question, began_at=time.monotonic())
        for sent, number in enumerate(faults.sequence(len(take.chunks))):
            if sent == faults.stops_after:
                return played
            recorded_at = played.began_at + take.chunks[number].ends_at / self._speed
            await asyncio.sleep(max(0.0, recorded_at - time.monotonic()))
            if number not in faults.forgotten | faults.late:
                await self._send(played, take.chunks[number])
        if faults.stops_after is None:
            await self._finish(played)
        return played

    async def _finish(self, played: PlayedTake) -> None:
        chunks, faults, finish = self._take.chunks, self._faults, self._protocol.finish
        try:
            await patiently(self._patience_s, finish, played.id, len(chunks), accept_gaps=False)
        except Refused as refused:
            if refused.code != "chunks-missing":
                raise
            await self._fill(played)
            played.gaps = sorted(faults.lost.keys() | faults.late)
            await patiently(self._patience_s, finish, played.id, len(chunks), accept_gaps=bool(played.gaps))
        played.finished_at = time.monotonic()
        for number in sorted(faults.late):
            await self._send(played, chunks[number])

    async def _fill(self, played: PlayedTake) -> None:
        """Send what the front misses, so far as the faults let it."""
        stored = await patiently(self._patience_s, self._protocol.stored, played.id)
        for chunk in self._take.chunks:
            if chunk.number not in stored | self._faults.lost.keys() | self._faults.late:
                await self._send(played, chunk)

    async def _send(self, played: PlayedTake, chunk: Chunk) -> None:
        """Bring a chunk as far as the faults let it."""
        lost = self._faults.lost.get(chunk.number)
        if lost == "announced":
            await patiently(self._patience_s, self._announce, played.id, chunk)
        elif lost == "uploaded":
            await patiently(self._patience_s, self._upload, played.id, chunk)
        elif lost is None:
            for _ in range(2 if chunk.number in self._faults.duplicated else 1):
                await patiently(self._patience_s, self._upload, played.id, chunk)
                await patiently(self._patience_s, self._complete, played.id, chunk)
            delivered_at = played.began_at + chunk.ends_at / self._speed
            played.acknowledged.append(Acknowledgement(chunk.number, delivered_at, time.monotonic()))

    async def _announce(self, take_id: str, chunk: Chunk) -> Json:
        upload = await self._protocol.announce(take_id, chunk)
        self._maybe_unheard("announce", chunk)
        return upload

    async def _upload(self, take_id: str, chunk: Chunk) -> None:
        # Announced for every attempt: what was presigned for the last one may have expired since.
        upload = await self._announce(take_id, chunk)
        faulty = self._breaks.get(chunk.number, 0) > 0 or chunk.number in self._outages
        body = self._broken(chunk) if faulty else chunk.body
        await self._protocol.upload(upload, len(chunk.body), body)

    async def _complete(self, take_id: str, chunk: Chunk) -> None:
        await self._protocol.complete(take_id, chunk)
        self._maybe_unheard("complete", chunk)

    async def _broken(self, chunk: Chunk) -> AsyncIterator[bytes]:
        """The first half of a chunk; then the network is lost, or only this upload."""
        yield chunk.body[: len(chunk.body) // 2]
        if (seconds := self._outages.pop(chunk.number, None)) is not None:
            self._network.drop(seconds)
            await asyncio.sleep(seconds)  # ended by the network's loss
        self._breaks[chunk.number] -= 1
        raise Injected("the upload broke off")

    def _maybe_unheard(self, step: str, chunk: Chunk) -> None:
        """Forget an answer that was received, as many times as the faults want."""
        if self._unheard.get((step, chunk.number), 0) > 0:
            self._unheard[step, chunk.number] -= 1
            raise Injected(f"the answer to {step} was lost")
