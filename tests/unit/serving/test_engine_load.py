"""An engine tells its autoscaler of the calls that wait for it."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from serving.engine import batched
from serving.settings import EngineProfile

pytestmark = pytest.mark.unit

PROFILE = EngineProfile(device="cpu", threads=1, max_batch_size=1, batch_wait_s=0, max_waiting=100, replica={})


async def test_an_engine_tells_how_long_calls_wait_and_that_it_works() -> None:
    free = threading.Event()

    def compute(items: Sequence[int]) -> Sequence[int]:
        assert free.wait(10)
        return items

    engine = batched("Test", compute, PROFILE)
    assert engine.load() == {"wait_s": 0.0, "busy": 0.0}
    asked = [asyncio.ensure_future(engine(item)) for item in range(2)]
    await asyncio.sleep(0.2)
    load = engine.load()
    assert load["wait_s"] >= 0.15 and load["busy"] > 0.5
    free.set()
    assert await asyncio.gather(*asked) == [0, 1]
    assert engine.load()["wait_s"] >= 0.15  # the second's, whose batch came after the reading
    await asyncio.sleep(0.05)
    assert engine.load() == {"wait_s": 0.0, "busy": 0.0}


async def test_a_batch_that_fails_is_over() -> None:
    def fail(_: Sequence[int]) -> Sequence[int]:
        raise ArithmeticError

    engine = batched("Test", fail, PROFILE)
    with pytest.raises(ArithmeticError):
        await engine(1)
    engine.load()
    await asyncio.sleep(0.05)
    assert engine.load()["busy"] == 0.0
