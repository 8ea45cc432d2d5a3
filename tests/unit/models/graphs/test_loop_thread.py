import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from models.graphs.loop_thread import LoopThread

pytestmark = pytest.mark.unit


async def after(seconds: float, result: int) -> int:
    await asyncio.sleep(seconds)
    return result


def test_many_threads_share_one_loop() -> None:
    loop = LoopThread("test")
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda n: loop.run(after(0.01, n)), range(8))) == list(range(8))
    loop.close()
    loop.close()
    assert not any(thread.name == "test" for thread in threading.enumerate())


async def test_it_serves_a_thread_beside_a_running_loop() -> None:
    loop = LoopThread("test")
    assert await asyncio.to_thread(loop.run, after(0, 3)) == 3
    loop.close()


def test_errors_come_through() -> None:
    async def fail() -> None:
        raise ValueError("so it is")

    loop = LoopThread("test")
    with pytest.raises(ValueError, match="so it is"):
        loop.run(fail())
    assert loop.run(after(0, 1)) == 1
    loop.close()
