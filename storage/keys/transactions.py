"""Make, rotate and revoke API keys; tell who acts through one."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from storage.access import ROLE_SCOPES, SCOPES, Actor, Scope
from storage.database import Connection, Database, fetch_known, fetch_one
from storage.errors import Conflict, Invalid, Refusal
from storage.keys.records import ApiKey, CreatedApiKey, KeyQuery, KeyRotation, NewApiKey
from storage.members.transactions import get_member
from storage.organisations.transactions import ensure_organisation
from storage.paging import Page, fetch_page
from storage.sql import load_queries

_QUERIES = load_queries(__file__)
KEY_PREFIX = "parley_"


class KeyRefused(Refusal):
    """Nobody acts through this key."""


async def create_key(connection: Connection, actor: Actor, new: NewApiKey) -> CreatedApiKey:
    """A new key, which may do nothing that its maker may not.

    Raises NotFound for an unknown member, Invalid where the key would do more than its maker or its member, or is
    expired already.
    """
    if new.expires_at is not None and new.expires_at <= datetime.now(UTC):
        raise Invalid("expiry-past", "The key would have expired already.", "/expires_at")
    beyond = _granted(list(new.scopes)) - actor.scopes if "*" not in new.scopes else set()
    if beyond:
        raise Invalid("scope-beyond", f"You may not give: {', '.join(sorted(beyond))}.", "/scopes")
    # A star means everything only to those who may do everything.
    scopes: list[str] = [*new.scopes]
    if "*" in scopes and actor.scopes != SCOPES:
        scopes = [*sorted(actor.scopes)]
    if new.member_id is not None:
        await get_member(connection, new.member_id)
    return await insert_key(
        connection, actor.organisation_id, new.name, scopes, member_id=new.member_id, expires_at=new.expires_at
    )


async def insert_key(
    connection: Connection,
    organisation_id: UUID,
    name: str,
    scopes: list[str],
    *,
    member_id: UUID | None = None,
    expires_at: datetime | None = None,
) -> CreatedApiKey:
    """A new key of an organisation; its secret is in what is returned, and nowhere else."""
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    row = await fetch_one(
        connection,
        _QUERIES["insert"],
        {
            "organisation_id": organisation_id,
            "name": name,
            "prefix": key[: len(KEY_PREFIX) + 6],
            "hash": _hash(key),
            "scopes": scopes,
            "member_id": member_id,
            "expires_at": expires_at,
        },
    )
    assert row is not None  # the statement always returns its row
    return CreatedApiKey.model_validate(row | {"key": key})


async def create_organisation_key(
    database: Database, organisation: str, name: str, scopes: Sequence[str] = ("*",)
) -> tuple[UUID, str]:
    """The organisation of that name, made where it does not exist yet, and a new key of it; `*` is every scope."""
    async with database.operator() as connection:
        organisation_id = await ensure_organisation(connection, organisation)
        return organisation_id, (await insert_key(connection, organisation_id, name, [*scopes])).key


async def list_keys(connection: Connection, query: KeyQuery) -> Page[ApiKey]:
    """Keys, those that ended as well."""
    return await fetch_page(connection, _QUERIES["keys"], query.model_dump(), ApiKey, query)


async def rotate_key(connection: Connection, actor: Actor, key_id: UUID, rotation: KeyRotation) -> CreatedApiKey:
    """A new key that does what the old one does; the old one ends when the overlap does.

    Raises NotFound, or Conflict where the key has ended already.
    """
    old = await _locked(connection, key_id)
    if old.revoked_at is not None or (old.expires_at is not None and old.expires_at <= datetime.now(UTC)):
        raise Conflict("key-ended", "This key has ended: make a new one.")
    beyond = _granted(old.scopes) - actor.scopes
    if beyond:
        raise Invalid("scope-beyond", "This key may do more than you: you cannot have it rotated.")
    await connection.execute(_QUERIES["expire"], {"id": key_id, "overlap_s": rotation.overlap_s})
    return await insert_key(connection, actor.organisation_id, old.name, old.scopes, member_id=old.member_id)


async def revoke_key(connection: Connection, key_id: UUID) -> ApiKey:
    """End a key at once; again and again gives the same. Raises NotFound."""
    row = await fetch_known(connection, _QUERIES["revoke"], {"id": key_id}, "api-key")
    return ApiKey.model_validate(row)


async def actor_of_key(database: Database, key: str) -> Actor:
    """Who acts through a key; raises KeyRefused where it is unknown, has ended, or its member is disabled."""
    async with database.operator() as connection:
        row = await fetch_one(connection, _QUERIES["key_of_hash"], {"hash": _hash(key)})
        if row is None or row["is_revoked"]:
            raise KeyRefused("key-unknown", "This API key is unknown or revoked.")
        if row["is_expired"]:
            raise KeyRefused("key-expired", "This API key has expired.")
        if row["is_disabled"]:
            raise KeyRefused("member-disabled", "The member whose key this is has been disabled.")
        if row["used_long_ago"]:
            await connection.execute(_QUERIES["used"], {"id": row["id"]})
    return _actor(row)


def _actor(row: dict[str, Any]) -> Actor:
    scopes = _granted(row["scopes"])
    if row["member_id"] is None:
        return Actor(row["organisation_id"], "key", row["id"], frozenset(scopes))
    bound = row["member_id"] if row["role"] == "hiring_manager" else None
    return Actor(
        row["organisation_id"],
        "member",
        row["member_id"],
        frozenset(scopes & ROLE_SCOPES[row["role"]]),
        positions_of=bound,
    )


async def _locked(connection: Connection, key_id: UUID) -> ApiKey:
    row = await fetch_known(connection, _QUERIES["key"], {"id": key_id}, "api-key")
    return ApiKey.model_validate(row)


def _granted(scopes: list[str]) -> set[Scope]:
    return {scope for scope in SCOPES if scope in scopes or "*" in scopes}


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
