"""Make organisations and API keys; tell whose key it is."""

import hashlib
import secrets
from uuid import UUID

from storage.database import Database, fetch_one
from storage.sql import load_queries

_QUERIES = load_queries(__file__)
_KEY_PREFIX = "parley_"


async def create_key(database: Database, organisation: str, name: str) -> str:
    """A new API key for the organisation of that name, which is made where it does not exist yet.

    The key is returned once and kept only as its hash.
    """
    key = _KEY_PREFIX + secrets.token_urlsafe(32)
    async with database.operator() as connection:
        row = await fetch_one(connection, _QUERIES["ensure_organisation"], {"name": organisation})
        assert row is not None  # the statement always returns its row
        await connection.execute(
            _QUERIES["insert_key"],
            {"organisation_id": row["id"], "name": name, "prefix": key[: len(_KEY_PREFIX) + 6], "hash": _hash(key)},
        )
    return key


async def organisation_of_key(database: Database, key: str) -> UUID | None:
    """The organisation that a key acts for, or None where the key is unknown or revoked."""
    async with database.operator() as connection:
        row = await fetch_one(connection, _QUERIES["organisation_of_key"], {"hash": _hash(key)})
    return row["organisation_id"] if row else None


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
