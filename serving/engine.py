"""Gather single calls of many candidates into batches, and compute those beside the event loop."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from serving.fair_queue import Claim, FairQueue, Waiting
from serving.load_meter import LoadMeter
from serving.lost_gpu import is_gpu_lost
from serving.metrics import (
    BATCH_ITEMS,
    BATCH_SECONDS,
    BATCHES_HALVED,
    CALLS_DROPPED,
    CALLS_FAILED,
    CALLS_REFUSED,
    ENGINE_HANGS,
    QUEUE_SECONDS,
)
from serving.outcomes import complete, outcomes
from serving.settings import EngineProfile

Item = TypeVar("Item")
Result = TypeVar("Result")
_Item = TypeVar("_Item", contravariant=True)
_Result = TypeVar("_Result", covariant=True)


class Overloaded(Exception):
    """An engine has too much to do. What is final is worth asking for again in a while; a look ahead is not."""


class EngineLost(RuntimeError):
    """The engine was lost over a batch with this item in it; its replica is replaced.

    Any item of the batch may be what it was lost over, so whoever asks again must not do so for ever.
    """


class EngineHung(EngineLost):
    """The engine did not come back from the batch."""


class GpuLost(EngineLost):
    """The batch left the GPU of no more use to the process, as a device-side assert or an illegal access does."""


class Batched(Protocol[_Item, _Result]):
    """One item in, its result out."""

    def __call__(self, item: _Item, claim: Claim | None = None) -> Awaitable[_Result]:
        """The item's result. Raises Overloaded, EngineLost, or what the engine raised for the item."""
        ...

    def check_health(self) -> None:
        """For Ray Serve, which replaces a replica that raises here a few times: raises EngineLost."""
        ...

    def load(self) -> dict[str, float]:
        """How loaded the engine was since this was last asked: what Ray Serve takes as autoscaling statistics."""
        ...


def batched(
    deployment: str,
    compute: Callable[[Sequence[Item]], Sequence[Result]],
    profile: EngineProfile,
    size: Callable[[list[Item]], float] = len,
) -> Batched[Item, Result]:
    """A function that takes one item and answers with its result, computed in a batch with whatever waits beside it.

    `size` measures a batch (by default, its items): at most `profile.max_batch_size` is computed at once, unless one
    item alone is more, and at most `profile.max_waiting` waits. Without a claim, work is final and the operator's own.

    What does not fit in memory is computed in halves. An item that the engine cannot compute fails alone. An engine
    that takes longer than `profile.deadline_s` hangs: its batch fails, and nothing else is taken on until it is back.
    Where the GPU is lost, the batch fails, and nothing is taken on any more.
    """
    # Not above: torch, which callers of an engine do not need, takes seconds to import.
    from models.speech.halving import Halving

    halving = Halving(complete(compute), lambda size: BATCHES_HALVED.labels(deployment).inc())
    # Ray Serve logs the trace of whatever a call raises; refusals are many when there is no time for them.
    logging.getLogger("ray.serve").addFilter(_is_no_refusal)
    return _Batches(deployment, halving, profile, size)


def _is_no_refusal(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], Overloaded))


@dataclass(eq=False)
class _Call(Waiting, Generic[Item, Result]):
    item: Item
    result: "asyncio.Future[Result]"


class _Batches(Generic[Item, Result]):
    """One thread computes: the replica stays responsive, the engine sees one caller."""

    def __init__(
        self,
        deployment: str,
        compute: Callable[[Sequence[Item]], Sequence[Result]],
        profile: EngineProfile,
        size: Callable[[list[Item]], float],
    ) -> None:
        self._deployment, self._compute, self._profile, self._size = deployment, compute, profile, size
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=deployment)
        self._queue: FairQueue[_Call[Item, Result]] = FairQueue(profile.max_waiting)
        self._arrived = asyncio.Event()
        self._meter = LoadMeter()
        self._work: asyncio.Task[None] | None = None
        self._hangs_in: asyncio.Future[list[Result | Exception]] | None = None
        self._gpu_lost: str | None = None  # why

    async def __call__(self, item: Item, claim: Claim | None = None) -> Result:
        loop = asyncio.get_running_loop()
        result: asyncio.Future[Result] = loop.create_future()
        call = _Call(claim or Claim(), self._size([item]), time.perf_counter(), item, result)
        self._refuse(self._queue.put(call))
        if self._hangs or self._gpu_lost:
            self._refuse_all()
        self._arrived.set()
        if self._work is None or self._work.done():
            self._work = loop.create_task(self._run())
        try:
            return await call.result
        finally:
            # Where the caller has gone, nobody needs the result.
            if self._queue.remove(call):
                CALLS_DROPPED.labels(self._deployment).inc()

    def load(self) -> dict[str, float]:
        return self._meter.read(self._queue.oldest() if len(self._queue) else None)

    def check_health(self) -> None:
        if self._hangs:
            raise EngineHung(f"{self._deployment} has not come back from a batch for {self._profile.deadline_s:g} s")
        if self._gpu_lost:
            raise GpuLost(f"{self._deployment} has lost its GPU: {self._gpu_lost}")

    @property
    def _hangs(self) -> bool:
        return self._hangs_in is not None and not self._hangs_in.done()

    async def _run(self) -> None:
        """Compute batch after batch until nothing waits."""
        while len(self._queue):
            await self._gather()
            # A caller that goes in this very moment has not removed its call yet.
            if calls := [call for call in self._queue.take(self._fit) if not call.result.done()]:
                await self._answer(calls)

    async def _gather(self) -> None:
        """Wait until a batch is full, or its oldest call has waited for as long as it may."""
        while len(self._queue) and self._queue.cost < self._profile.max_batch_size:
            patience = self._queue.oldest() + self._profile.batch_wait_s - time.perf_counter()
            if patience <= 0:
                return
            self._arrived.clear()
            try:
                async with asyncio.timeout(patience):
                    await self._arrived.wait()
            except TimeoutError:
                return

    def _fit(self, calls: list[_Call[Item, Result]]) -> bool:
        if any(call.claim.alone for call in calls):
            return False
        return self._size([call.item for call in calls]) <= self._profile.max_batch_size

    async def _answer(self, calls: list[_Call[Item, Result]]) -> None:
        started = time.perf_counter()
        for call in calls:
            QUEUE_SECONDS.labels(self._deployment).observe(started - call.arrived)
        items = [call.item for call in calls]
        self._meter.started(min(call.arrived for call in calls))
        computing = asyncio.get_running_loop().run_in_executor(self._thread, outcomes, self._compute, items)
        done, _ = await asyncio.wait([computing], timeout=self._profile.deadline_s)
        self._meter.ended()
        if not done:
            return self._hang(computing, calls)
        for call, outcome in zip(calls, computing.result(), strict=True):
            if isinstance(outcome, Exception):
                CALLS_FAILED.labels(self._deployment, type(outcome).__name__).inc()
                if is_gpu_lost(outcome):
                    self._gpu_lost = " ".join(str(outcome).splitlines()[:1])
                    self._lose(call, GpuLost())
            if call.result.done():
                continue
            if isinstance(outcome, Exception):
                call.result.set_exception(outcome)
            else:
                call.result.set_result(outcome)
        if self._gpu_lost:
            self._refuse_all()
        BATCH_ITEMS.labels(self._deployment).observe(len(calls))
        BATCH_SECONDS.labels(self._deployment).observe(time.perf_counter() - started)

    def _hang(self, computing: "asyncio.Future[list[Result | Exception]]", calls: list[_Call[Item, Result]]) -> None:
        """Fail the batch, and refuse what waits: another replica may have time for it."""
        ENGINE_HANGS.labels(self._deployment).inc()
        self._hangs_in = computing
        for call in calls:
            self._lose(call, EngineHung())
        self._refuse_all()

    def _lose(self, call: _Call[Item, Result], error: EngineLost) -> None:
        if not call.result.done():
            # A look ahead is not worth asking for again, so nobody need know why.
            call.result.set_exception(error if call.claim.is_final else Overloaded())

    def _refuse_all(self) -> None:
        self._refuse(self._queue.take(lambda _: True))

    def _refuse(self, calls: list[_Call[Item, Result]]) -> None:
        for call in calls:
            CALLS_REFUSED.labels(self._deployment, "final" if call.claim.is_final else "provisional").inc()
            if not call.result.done():
                call.result.set_exception(Overloaded())
