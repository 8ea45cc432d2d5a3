"""Engines that hang, or that have no GPU, on a real Ray Serve: replicas are replaced, and the work is done."""

import asyncio
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from local_serve import local_serve
from ray import serve
from ray.serve.handle import DeploymentHandle
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from serving.analysts import _ask_until_done
from serving.engine import EngineHung, Overloaded, batched
from serving.fair_queue import Claim
from serving.settings import EngineProfile, TranscriberProfile
from serving.transcriber import Transcriber

pytestmark = pytest.mark.integration

PROFILE = EngineProfile(
    device="cpu", threads=1, max_batch_size=1, batch_wait_s=0, max_waiting=100, deadline_s=0.5, replica={}
)


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    with local_serve():
        yield


@pytest.fixture
def hanging(tmp_path: Path) -> DeploymentHandle[Any]:
    """An engine that hangs on the first negative number which it ever sees."""

    class Hanging:
        def __init__(self, once: Path) -> None:
            self._once = once
            self._batch = batched("Hanging", self._compute, PROFILE)

        def _compute(self, items: Sequence[int]) -> list[int]:
            if min(items) < 0 and not self._once.exists():
                self._once.touch()
                time.sleep(300)
            return [2 * item for item in items]

        async def double(self, item: int) -> int:
            return await self._batch(item)

        async def process(self) -> int:
            return os.getpid()

        def check_health(self) -> None:
            self._batch.check_health()

    options = {"num_cpus": 0.1}
    deployment = serve.deployment(max_ongoing_requests=100, health_check_period_s=0.5, ray_actor_options=options)(
        Hanging
    )
    return serve.run(deployment.bind(tmp_path / "once"), name="hanging", route_prefix=None)


@pytest.fixture
def sleepy() -> DeploymentHandle[Any]:
    """An engine that hangs on every negative number, and takes four numbers at once."""

    class Sleepy:
        def __init__(self) -> None:
            profile = PROFILE.model_copy(update={"max_batch_size": 4, "batch_wait_s": 0.3})
            self._batch = batched("Sleepy", self._compute, profile)

        def _compute(self, items: Sequence[int]) -> list[int]:
            if min(items) < 0:
                time.sleep(300)
            return [2 * item for item in items]

        async def double(self, item: int, claim: Claim) -> int:
            return await self._batch(item, claim)

        def check_health(self) -> None:
            self._batch.check_health()

    options = {"num_cpus": 0.1}
    deployment = serve.deployment(max_ongoing_requests=100, health_check_period_s=0.5, ray_actor_options=options)(
        Sleepy
    )
    return serve.run(deployment.bind(), name="sleepy", route_prefix=None)


async def test_of_a_batch_that_hangs_everything_is_done_that_can_be(sleepy: DeploymentHandle[Any]) -> None:
    asked = [_ask_until_done(sleepy.double, item, Claim()) for item in (1, -2, 3, 4)]
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert [outcomes[0], *outcomes[2:]] == [2, 6, 8] and isinstance(outcomes[1], EngineHung)


async def test_a_replica_that_hangs_is_replaced_and_the_work_is_done(hanging: DeploymentHandle[Any]) -> None:
    # As callers of the engine do (serving/analysts.py): whoever is refused asks again.
    @retry(retry=retry_if_exception_type(Overloaded), wait=wait_fixed(0.2), stop=stop_after_delay(60))
    async def ask(item: int) -> int:
        return await hanging.double.remote(item)

    process = await hanging.process.remote()
    poisoned = asyncio.create_task(ask(-1))
    await asyncio.sleep(0.2)
    others = [asyncio.create_task(ask(item)) for item in range(4)]  # they wait behind it
    with pytest.raises(EngineHung):
        await poisoned
    assert await asyncio.gather(*others) == [0, 2, 4, 6]
    assert await ask(-1) == -2
    assert await hanging.process.remote() != process


def test_a_replica_without_its_gpu_says_so_in_one_line() -> None:
    profile = TranscriberProfile(
        device="cuda", threads=1, max_batch_size=1, batch_wait_s=0, max_waiting=12, row_s=2, replica={}
    )
    deployment = serve.deployment(ray_actor_options={"num_cpus": 0.1})(Transcriber)
    with pytest.raises(RuntimeError, match="Failed to update the deployments"):
        serve.run(deployment.bind(profile), name="no-gpu", route_prefix=None)
    reason = serve.status().applications["no-gpu"].deployments["Transcriber"].message
    assert "The device cuda was asked for" in reason.strip().splitlines()[-1]
