"""Claim an Idempotency-Key within the transaction of what the request does, and keep the answer with it.

Source: The Idempotency-Key HTTP Header Field (draft-ietf-httpapi-idempotency-key-header).
"""

from dataclasses import dataclass
from uuid import UUID

from psycopg.types.json import Jsonb

from storage.database import Connection, Database, fetch_one
from storage.errors import Invalid
from storage.sql import load_queries

_QUERIES = load_queries(__file__)
_KEPT_HOURS = 24


@dataclass(frozen=True)
class KeptAnswer:
    """An answer as it was given; the body is text."""

    status: int
    headers: dict[str, str]
    body: str


async def claim_key(connection: Connection, actor_id: UUID, key: str, request: bytes) -> KeptAnswer | None:
    """None where the key is new, and now this transaction's; else the answer that was given.

    request: SHA-256 of the request. Raises Invalid where the key came with another request.
    """
    names = {"actor_id": actor_id, "key": key}
    if await fetch_one(connection, _QUERIES["claim"], names | {"request": request}) is not None:
        return None
    row = await fetch_one(connection, _QUERIES["answer"], names)
    assert row is not None  # the claim met it
    if row["request"] != request:
        raise Invalid("idempotency-key-reused", "This Idempotency-Key came with another request before.")
    return KeptAnswer(row["status"], row["headers"], connection.fields.decrypt(row["body"]))


async def keep_answer(connection: Connection, actor_id: UUID, key: str, answer: KeptAnswer) -> None:
    """Keep the answer to a claimed key, in the transaction that claimed it."""
    values = {
        "actor_id": actor_id,
        "key": key,
        "status": answer.status,
        "headers": Jsonb(answer.headers),
        "body": connection.fields.encrypt(answer.body),
    }
    await connection.execute(_QUERIES["keep"], values)


async def forget_answers(database: Database) -> None:
    """Remove the answers that are older than a day."""
    async with database.operator() as connection:
        await connection.execute(_QUERIES["forget"], {"hours": _KEPT_HOURS})
