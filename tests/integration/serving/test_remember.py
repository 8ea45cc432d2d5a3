"""A step is computed once, whatever happens around it."""

from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel

from serving.remember import Memory
from storage.database import Database

pytestmark = pytest.mark.integration


class Result(BaseModel):
    value: int


async def new_session(database: Database, organisation_id: UUID, build: Any) -> UUID:
    async with database.transaction(organisation_id) as connection:
        session_id: UUID = (await build.session(connection)).id
    return session_id


async def test_the_same_inputs_are_computed_once_and_others_anew(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    computed: list[int] = []

    async def compute() -> Result:
        computed.append(1)
        return Result(value=len(computed))

    memory = Memory(database, organisation_id, await new_session(database, organisation_id, build))
    first, seconds = await memory.remember("speech", {"sha256": "a", "engine": "x@1"}, Result, compute)
    again, again_seconds = await memory.remember("speech", {"engine": "x@1", "sha256": "a"}, Result, compute)
    assert (first.value, again.value, again_seconds) == (1, 1, seconds)
    other, _ = await memory.remember("speech", {"sha256": "a", "engine": "x@2"}, Result, compute)
    named, _ = await memory.remember("faces", {"sha256": "a", "engine": "x@1"}, Result, compute)
    assert (other.value, named.value) == (2, 3)


async def test_a_step_that_fails_is_not_remembered(database: Database, organisation_id: UUID, build: Any) -> None:
    async def fail() -> Result:
        raise OSError

    async def compute() -> Result:
        return Result(value=7)

    memory = Memory(database, organisation_id, await new_session(database, organisation_id, build))
    with pytest.raises(OSError):
        await memory.remember("speech", {}, Result, fail)
    assert (await memory.remember("speech", {}, Result, compute))[0].value == 7


async def test_another_organisation_computes_its_own(
    database: Database, organisation_id: UUID, other_organisation_id: UUID, build: Any
) -> None:
    async def one() -> Result:
        return Result(value=1)

    async def two() -> Result:
        return Result(value=2)

    own, other = [
        Memory(database, each, await new_session(database, each, build))
        for each in (organisation_id, other_organisation_id)
    ]
    await own.remember("speech", {}, Result, one)
    assert (await other.remember("speech", {}, Result, two))[0].value == 2
