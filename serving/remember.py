"""Compute a step once: its result is stored by the hash of what it was computed from."""

import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel

from serving.metrics import STEP_SECONDS, STEPS_REUSED
from storage.database import Database
from storage.retention.transactions import hold_step
from storage.steps.transactions import StepResult, get_step, step_key, store_step

Result = TypeVar("Result", bound=BaseModel)


class Memory:
    """The steps of one session: it holds what it stores or finds, which is deleted with the last that holds it."""

    def __init__(self, database: Database, organisation_id: UUID, session_id: UUID) -> None:
        self._database = database
        self._organisation_id = organisation_id
        self._session_id = session_id

    async def remember(
        self, name: str, inputs: dict[str, Any], shape: type[Result], compute: Callable[[], Awaitable[Result]]
    ) -> tuple[Result, float]:
        """The step's result and the seconds it took when it was computed, which is now unless it is stored already.

        `inputs` is JSON: everything the result depends on, content hashes and engine versions among it.
        """
        key = step_key(name, inputs)
        async with self._database.transaction(self._organisation_id) as connection:
            stored = await get_step(connection, key)
            if stored is not None:
                await hold_step(connection, self._session_id, key)
        if stored is not None:
            STEPS_REUSED.labels(name).inc()
            return shape.model_validate(stored.result), stored.seconds
        started = time.perf_counter()
        result = await compute()
        seconds = time.perf_counter() - started
        STEP_SECONDS.labels(name).observe(seconds)
        async with self._database.transaction(self._organisation_id) as connection:
            await store_step(connection, key, name, StepResult(result.model_dump(mode="json"), seconds))
            await hold_step(connection, self._session_id, key)
        return result, seconds
