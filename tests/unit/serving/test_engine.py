"""Batches of calls of many candidates, computed beside the event loop."""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY

from serving.engine import Batched, Overloaded, batched
from serving.fair_queue import Claim
from serving.settings import EngineProfile

pytestmark = pytest.mark.unit

FLOOD, OTHER = uuid4(), uuid4()


def profile(most: float = 4, wait_s: float = 0.0, waiting: float = 1000) -> EngineProfile:
    return EngineProfile(
        device="cpu", threads=1, max_batch_size=most, batch_wait_s=wait_s, max_waiting=waiting, replica={}
    )


class Doubling:
    """An engine that doubles numbers, but fails for a batch with a negative one; it waits while it is held."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.free = threading.Event()
        self.free.set()

    def __call__(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        assert self.free.wait(10)
        if min(items) < 0:
            raise ArithmeticError("negative")
        return [2 * item for item in items]

    @asynccontextmanager
    async def held(self, engine: Batched[int, int]) -> AsyncIterator[None]:
        """Computing a batch of one zero, so that whatever is asked meanwhile waits."""
        self.free.clear()
        busy = asyncio.ensure_future(engine(0))
        while not self.batches:
            await asyncio.sleep(0.001)
        self.batches.clear()
        try:
            yield
        finally:
            self.free.set()
        await busy


async def ask(engine: Batched[int, int], items: Sequence[int], claim: Claim | None = None) -> "list[asyncio.Task[int]]":
    """A task for each item, all of which wait in the queue already."""

    async def one(item: int) -> int:
        return await engine(item, claim)

    tasks = [asyncio.create_task(one(item)) for item in items]
    await asyncio.sleep(0)
    return tasks


def count(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_results_go_to_their_callers() -> None:
    double = Doubling()
    engine = batched("Doubling", double, profile())
    assert await asyncio.gather(*(engine(i) for i in range(50))) == [2 * i for i in range(50)]
    assert all(len(batch) <= 4 for batch in double.batches)
    assert len(double.batches) < 50


async def test_after_a_flood_another_organisation_waits_one_batch() -> None:
    double = Doubling()
    engine = batched("Doubling", double, profile())
    async with double.held(engine):
        flood = await ask(engine, range(1, 201), Claim(FLOOD))
        others = await ask(engine, [1000], Claim(OTHER))
    assert await others[0] == 2000
    assert 1000 in double.batches[0]
    assert sum(task.done() for task in flood) <= 4
    await asyncio.gather(*flood)


async def test_a_batch_waits_for_others_but_not_for_long() -> None:
    double = Doubling()
    engine = batched("Doubling", double, profile(wait_s=0.1))
    started = time.perf_counter()
    first = asyncio.ensure_future(engine(1))
    await asyncio.sleep(0.04)
    await asyncio.gather(first, engine(2))
    assert double.batches == [[1, 2]]
    assert 0.09 < time.perf_counter() - started < 1


async def test_a_full_batch_does_not_wait() -> None:
    engine = batched("Doubling", Doubling(), profile(wait_s=60))
    async with asyncio.timeout(5):
        await asyncio.gather(*(engine(i) for i in range(4)))


async def test_a_batch_is_limited_by_its_size() -> None:
    double = Doubling()
    # Padded: every item counts as much as the largest.
    engine = batched("Doubling", double, profile(most=12), lambda items: len(items) * max(items))
    async with double.held(engine):
        tasks = await ask(engine, [1, 2, 3, 30, 1, 10, 3])
    await asyncio.gather(*tasks)
    assert double.batches == [[1, 2, 3], [30], [1], [10], [3]]


async def test_what_nobody_waits_for_is_not_computed() -> None:
    double = Doubling()
    engine = batched("Dropping", double, profile())
    async with double.held(engine):
        tasks = await ask(engine, [1, 2, 3])
        tasks[0].cancel()
        await asyncio.sleep(0)
        tasks[2].cancel()
    assert await tasks[1] == 4
    assert double.batches == [[2]]
    assert all(task.cancelled() for task in (tasks[0], tasks[2]))
    assert count("parley_calls_dropped_total", deployment="Dropping") == 2


async def test_a_caller_that_leaves_while_its_batch_is_computed_disturbs_nobody() -> None:
    double = Doubling()
    engine = batched("Doubling", double, profile())
    async with double.held(engine):
        tasks = await ask(engine, [1, 2])
    while not double.batches:
        await asyncio.sleep(0)
    tasks[0].cancel()
    assert await tasks[1] == 4


async def test_an_error_reaches_the_callers_of_its_batch_alone() -> None:
    double = Doubling()
    engine = batched("Doubling", double, profile(most=2))
    async with double.held(engine):
        tasks = await ask(engine, [1, -2, 3, 4])
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [ArithmeticError, ArithmeticError, int, int]
    assert await engine(5) == 10


async def test_overload_refuses_provisional_calls_first() -> None:
    double = Doubling()
    engine = batched("Refusing", double, profile(waiting=3))
    async with double.held(engine):
        look_ahead = await ask(engine, [1, 2], Claim(FLOOD, is_final=False))
        final = await ask(engine, [3, 4, 5, 6], Claim(FLOOD))
        outcomes = await asyncio.gather(*look_ahead, final[3], return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Overloaded] * 3
    assert await asyncio.gather(*final[:3]) == [6, 8, 10]
    assert count("parley_calls_refused_total", deployment="Refusing", work="provisional") == 2
    assert count("parley_calls_refused_total", deployment="Refusing", work="final") == 1
    assert await engine(7) == 14


async def test_refusals_fill_no_log(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    batched("Doubling", Doubling(), profile())
    log = logging.getLogger("ray.serve")
    monkeypatch.setattr(log, "propagate", False)
    log.addHandler(caplog.handler)
    try:
        for error in (Overloaded(), ArithmeticError()):
            try:
                raise error
            except (Overloaded, ArithmeticError):
                log.exception("Request failed.")
    finally:
        log.removeHandler(caplog.handler)
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [ArithmeticError]
