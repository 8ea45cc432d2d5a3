"""A new version of an added pack takes over on real Ray Serve, while calls go on."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skimage.data
from face_pack import build_pack
from local_serve import local_serve
from ray import serve
from ray.serve.handle import DeploymentHandle

from models.added import AddedModel, WrongFile, added_model
from models.added.add import add_model
from serving.face_analyst import FaceAnalyst
from serving.settings import EngineProfile

pytestmark = pytest.mark.integration

PROFILE = EngineProfile(device="cpu", threads=1, max_batch_size=4, batch_wait_s=0, max_waiting=64, replica={})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def first(root: Path, models_dir: Path, tmp_path: Path) -> AddedModel:
    return add_model(build_pack(tmp_path / "first", models_dir), root, name="my-pack", accept_licence=True)


@pytest.fixture
def analyst(root: Path, first: AddedModel, monkeypatch: pytest.MonkeyPatch) -> Iterator[DeploymentHandle[Any]]:
    monkeypatch.setenv("PARLEY_MODELS_DIR", str(root))
    monkeypatch.setenv("PARLEY_FACES", "my-pack")
    with local_serve():
        deployment = serve.deployment(max_ongoing_requests=100, ray_actor_options={"num_cpus": 0.1})(FaceAnalyst)
        yield serve.run(deployment.bind(PROFILE), name="faces", route_prefix=None)


async def test_the_next_version_takes_over_without_a_failed_call(
    analyst: DeploymentHandle[Any], first: AddedModel, root: Path, models_dir: Path, tmp_path: Path
) -> None:
    frame = np.asarray(skimage.data.astronaut(), np.uint8)  # type: ignore[no-untyped-call]
    names: list[str] = []
    stopping = asyncio.Event()

    async def call_on_and_on() -> None:
        """What fails here fails the test."""
        while not stopping.is_set():
            faces, name = await asyncio.gather(analyst.analyse.remote([frame]), analyst.name.remote())
            assert [len(found) for found in faces] == [1]
            names.append(name)

    async def bring(path: Path) -> AddedModel:
        return await asyncio.to_thread(add_model, path, root, name="my-pack", accept_licence=True)

    async def until_named(name: str) -> None:
        async with asyncio.timeout(60):
            while names[-1:] != [name]:
                callers_end = [caller for caller in callers if caller.done()]
                assert not callers_end, callers_end
                await asyncio.sleep(0.05)

    old = f"my-pack@{first.version} (insightface pack)"
    callers = [asyncio.create_task(call_on_and_on()) for _ in range(2)]
    await until_named(old)

    faceless = await asyncio.to_thread(build_pack, tmp_path / "faceless", models_dir, detector=False)
    with pytest.raises(WrongFile, match="no face detector"):
        await bring(faceless)
    assert added_model("my-pack", root) == first

    brought = await asyncio.to_thread(build_pack, tmp_path / "second", models_dir, batched=False)
    assert set(names) == {old}
    second = await bring(brought)
    new = f"my-pack@{second.version} (insightface pack)"
    await until_named(new)
    served = len(names)
    while len(names) < served + 10:
        await asyncio.sleep(0.05)
    stopping.set()
    await asyncio.gather(*callers)
    assert set(names) == {old, new}
    assert names.index(new) > 10 and old not in names[served:]
