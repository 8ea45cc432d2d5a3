"""Gather single calls of many candidates into batches, and compute those beside the event loop."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, cast

from ray import serve

from serving.metrics import BATCH_ITEMS, BATCH_SECONDS
from serving.settings import EngineProfile

Item = TypeVar("Item")
Result = TypeVar("Result")


def batched(
    deployment: str,
    compute: Callable[[Sequence[Item]], Sequence[Result]],
    profile: EngineProfile,
    size: Callable[[list[Item]], int] | None = None,
) -> Callable[[Item], Awaitable[Result]]:
    """A function that takes one item and answers with its result, computed in a batch with whatever waits beside it.

    A batch is at most `profile.max_batch_size`, counted by `size` (by default, items), and waits at most
    `profile.batch_wait_s`. One thread computes: the replica stays responsive, the engine sees one caller.
    """
    thread = ThreadPoolExecutor(1, thread_name_prefix=deployment)
    items_in_batch, seconds_of_batch = BATCH_ITEMS.labels(deployment), BATCH_SECONDS.labels(deployment)

    async def run(items: list[Item]) -> list[Result]:
        started = time.perf_counter()
        results = await asyncio.get_running_loop().run_in_executor(thread, compute, items)
        items_in_batch.observe(len(items))
        seconds_of_batch.observe(time.perf_counter() - started)
        return list(results)

    decorate = serve.batch(
        max_batch_size=profile.max_batch_size, batch_wait_timeout_s=profile.batch_wait_s, batch_size_fn=size
    )
    return cast(Callable[[Item], Awaitable[Result]], decorate(run))
