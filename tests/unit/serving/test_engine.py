"""Batches of calls of many candidates, computed beside the event loop."""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
import torch
from prometheus_client import REGISTRY

from models.speech.finite import NotFinite
from serving.engine import Batched, EngineHung, GpuLost, Overloaded, batched
from serving.fair_queue import Claim
from serving.settings import EngineProfile

pytestmark = pytest.mark.unit

FLOOD, OTHER = uuid4(), uuid4()


def profile(most: float = 4, wait_s: float = 0.0, waiting: float = 1000, deadline_s: float = 60) -> EngineProfile:
    return EngineProfile(
        device="cpu",
        threads=1,
        max_batch_size=most,
        batch_wait_s=wait_s,
        max_waiting=waiting,
        deadline_s=deadline_s,
        replica={},
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


async def test_one_item_that_cannot_be_computed_fails_alone() -> None:
    double = Doubling()
    engine = batched("Poisoned", double, profile(most=8))
    async with double.held(engine):
        tasks = await ask(engine, [1, 2, 3, -4, 5, 6, 7, 8])
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [outcome for outcome in outcomes if not isinstance(outcome, BaseException)] == [2, 4, 6, 10, 12, 14, 16]
    assert isinstance(outcomes[3], ArithmeticError)
    assert double.batches == [[1, 2, 3, -4, 5, 6, 7, 8], [1, 2, 3, -4], [1, 2], [3, -4], [3], [-4], [5, 6, 7, 8]]
    assert count("parley_calls_failed_total", deployment="Poisoned", error="ArithmeticError") == 1
    assert await engine(5) == 10


async def test_numbers_that_are_none_are_refused_to_the_one_who_asked() -> None:
    def compute(items: Sequence[float]) -> list[float]:
        if rows := [row for row, item in enumerate(items) if item != item]:
            raise NotFinite("engine", rows)
        return list(items)

    engine = batched("NotFinite", compute, profile(wait_s=0.05))
    outcomes = await asyncio.gather(*map(engine, (1.0, float("nan"), 3.0)), return_exceptions=True)
    assert [outcomes[0], outcomes[2]] == [1.0, 3.0] and isinstance(outcomes[1], NotFinite)
    assert count("parley_calls_failed_total", deployment="NotFinite", error="NotFinite") == 1


async def test_an_engine_that_leaves_results_out_answers_nobody_wrongly() -> None:
    engine = batched("Short", lambda items: list(items)[:1], profile(wait_s=0.05))
    assert await asyncio.gather(engine(1), engine(2), engine(3)) == [1, 2, 3]  # each alone
    silent = batched("Silent", lambda items: list[int](), profile())
    with pytest.raises(RuntimeError, match="0 results for 1 items"):
        await silent(1)


async def test_a_batch_that_does_not_fit_in_memory_is_computed_in_halves() -> None:
    sizes: list[int] = []

    def compute(items: Sequence[int]) -> list[int]:
        sizes.append(len(items))
        if len(items) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return [2 * item for item in items]

    engine = batched("Large", compute, profile(most=8, wait_s=0.05))
    assert await asyncio.gather(*map(engine, range(8))) == [2 * i for i in range(8)]
    assert sizes == [8, 4, 2, 2, 2, 2]
    assert count("parley_batches_halved_total", deployment="Large") == 2
    await asyncio.gather(*map(engine, range(8)))
    assert max(sizes[6:]) == 2  # it has learned


async def test_an_engine_that_hangs_is_unhealthy_and_takes_nothing_on() -> None:
    double = Doubling()
    engine = batched("Hanging", double, profile(deadline_s=0.2, most=2))
    engine.check_health()
    double.free.clear()
    try:
        tasks = await ask(engine, [1, 2, 3])
        looks_ahead = await ask(engine, [4], Claim(FLOOD, is_final=False))
        async with asyncio.timeout(5):
            outcomes = await asyncio.gather(*tasks, *looks_ahead, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [EngineHung, EngineHung, Overloaded, Overloaded]
        with pytest.raises(EngineHung, match=r"^Hanging has not come back from a batch for 0.2 s$"):
            engine.check_health()
        with pytest.raises(Overloaded):
            await engine(5)
        assert count("parley_engine_hangs_total", deployment="Hanging") == 1
        assert engine.load()["wait_s"] < 1
    finally:
        double.free.set()
    # Where it comes back before it is replaced, it goes on.
    async with asyncio.timeout(5):
        while True:
            try:
                assert await engine(6) == 12
                break
            except Overloaded:
                await asyncio.sleep(0.01)
    engine.check_health()
    assert double.batches == [[1, 2], [6]]


async def test_an_engine_that_lost_its_gpu_is_unhealthy_and_takes_nothing_on() -> None:
    batches: list[list[int]] = []
    assertion = torch.AcceleratorError("CUDA error: device-side assert triggered\nFor debugging consider ...")

    def compute(items: Sequence[int]) -> list[int]:
        batches.append(list(items))
        # Once it is lost, every later call fails as well, whatever it asks.
        if any(item < 0 for batch in batches for item in batch):
            raise assertion
        return [2 * item for item in items]

    engine = batched("Asserting", compute, profile(most=2, wait_s=0.05))
    assert await asyncio.gather(engine(1), engine(2)) == [2, 4]
    engine.check_health()
    tasks = await ask(engine, [3, -4, 5])
    looks_ahead = await ask(engine, [6], Claim(FLOOD, is_final=False))
    async with asyncio.timeout(5):
        outcomes = await asyncio.gather(*tasks, *looks_ahead, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [GpuLost, GpuLost, Overloaded, Overloaded]
    assert batches == [[1, 2], [3, -4]]  # nothing was tried once more
    for _ in range(3):  # it stays so: Ray Serve asks a few times before it replaces a replica
        with pytest.raises(GpuLost, match=r"^Asserting has lost its GPU: CUDA error: device-side assert triggered$"):
            engine.check_health()
    with pytest.raises(Overloaded):
        await engine(7)
    assert count("parley_calls_failed_total", deployment="Asserting", error="AcceleratorError") == 2


async def test_a_look_ahead_that_costs_the_gpu_is_only_refused() -> None:
    def compute(items: Sequence[int]) -> list[int]:
        raise RuntimeError("CUDA failed with error an illegal memory access was encountered")

    engine = batched("AheadOfGpu", compute, profile())
    (task,) = await ask(engine, [1], Claim(FLOOD, is_final=False))
    with pytest.raises(Overloaded):
        await task
    with pytest.raises(GpuLost, match="illegal memory access"):
        engine.check_health()


async def test_what_may_hang_the_engine_is_computed_by_itself() -> None:
    double = Doubling()
    engine = batched("Suspects", double, profile())
    async with double.held(engine):
        ordinary = await ask(engine, [1, 2])
        suspects = await ask(engine, [3, 4], Claim(OTHER, alone=True))
    assert await asyncio.gather(*ordinary, *suspects) == [2, 4, 6, 8]
    assert sorted(double.batches) == [[1, 2], [3], [4]]


async def test_a_look_ahead_in_a_batch_that_hangs_is_only_refused() -> None:
    double = Doubling()
    engine = batched("Ahead", double, profile(deadline_s=0.1))
    double.free.clear()
    try:
        (task,) = await ask(engine, [1], Claim(FLOOD, is_final=False))
        with pytest.raises(Overloaded):
            await task
    finally:
        double.free.set()


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
