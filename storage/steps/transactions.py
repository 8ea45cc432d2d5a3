"""Remember what a processing step computed, so that a retry repeats nothing."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from storage.database import Connection, fetch_one
from storage.sql import load_queries

_QUERIES = load_queries(__file__)


@dataclass(frozen=True)
class StepResult:
    """What a step computed, as JSON, and the seconds it took when it really ran."""

    result: Any
    seconds: float


def step_key(name: str, inputs: dict[str, Any]) -> bytes:
    """The content hash of a step: its name and everything its result depends on, as JSON."""
    return hashlib.sha256(json.dumps([name, inputs], sort_keys=True, ensure_ascii=False).encode()).digest()


async def get_step(connection: Connection, key: bytes) -> StepResult | None:
    """The stored result of a step, or None."""
    row = await fetch_one(connection, _QUERIES["step"], {"key": key})
    return StepResult(**row) if row else None


async def store_step(connection: Connection, key: bytes, name: str, step: StepResult) -> None:
    """Store a step's result; where it is stored already, the first stays."""
    await connection.execute(
        _QUERIES["insert_step"], {"key": key, "name": name, "result": Jsonb(step.result), "seconds": step.seconds}
    )
