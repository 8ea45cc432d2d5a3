"""Append to the audit log, read it, and verify its chain."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from storage.audit.records import AuditEntry, AuditQuery
from storage.database import Connection, Database, fetch_all, fetch_one
from storage.errors import Refusal
from storage.paging import Page, fetch_page
from storage.sql import load_queries

_QUERIES = load_queries(__file__)
_BEGINNING = bytes(32)


class ChainBroken(Refusal):
    """An entry was changed, inserted or removed after it was written."""


@dataclass(frozen=True)
class ChainHead:
    """The newest entry of an organisation's chain: noted elsewhere, it proves later that nothing before it changed."""

    organisation_id: UUID
    number: int
    hash: str


async def record_audit(
    connection: Connection, action: str, object_kind: str, object_id: UUID | None, details: dict[str, Any] | None = None
) -> None:
    """Record what changes no row, as that somebody saw or exported something. Changes are recorded by the database."""
    values = {
        "action": action,
        "object_kind": object_kind,
        "object_id": None if object_id is None else str(object_id),
        "details": Jsonb(details or {}),
    }
    await connection.execute(_QUERIES["record"], values)


async def list_audit(connection: Connection, query: AuditQuery) -> Page[AuditEntry]:
    """Entries of the organisation, the oldest first."""
    return await fetch_page(connection, _QUERIES["entries"], query.model_dump(), AuditEntry, query, "number")


async def verify_audit_log(database: Database, noted: Sequence[ChainHead]) -> list[ChainHead]:
    """Verify every chain as it stands at one moment, and that heads noted earlier are still in them; the heads of now.

    What was cut off a chain's end together with its head shows by a noted head alone. Raises ChainBroken.
    """
    async with database.operator() as connection:
        # Entries that are appended meanwhile are not seen.
        await connection.execute(_QUERIES["snapshot"])
        heads = await verify_chains(connection)
        for head in noted:
            await _verify_noted(connection, head)
        return heads


async def _verify_noted(connection: Connection, head: ChainHead) -> None:
    found = await fetch_one(
        connection, _QUERIES["entry_hash"], {"organisation_id": head.organisation_id, "number": head.number}
    )
    if found is None:
        raise ChainBroken(
            "audit-chain-broken",
            f"The audit log of organisation {head.organisation_id} has no entry {head.number}, which was noted.",
        )
    if found["hash"].hex() != head.hash:
        raise ChainBroken(
            "audit-chain-broken",
            f"The audit log of organisation {head.organisation_id} is not the one that was noted: entry {head.number}"
            " has another hash.",
        )


async def verify_chains(connection: Connection) -> list[ChainHead]:
    """Compute every organisation's chain anew from its entries; the heads. The connection is the operator's.

    Raises ChainBroken, naming the first entry that does not fit.
    """
    return [
        await _verify(connection, row["organisation_id"], row["number"], row["hash"])
        for row in await fetch_all(connection, _QUERIES["heads"], {"beginning": _BEGINNING})
    ]


async def _verify(connection: Connection, organisation_id: UUID, number: int, head: bytes) -> ChainHead:
    before, reached = _BEGINNING, 0
    while entries := await fetch_all(
        connection, _QUERIES["chain"], {"organisation_id": organisation_id, "after": reached}
    ):
        for entry in entries:
            expected = hashlib.sha256(before + _canonical(entry)).digest()
            if entry["number"] != reached + 1 or entry["hash"] != expected:
                raise ChainBroken(
                    "audit-chain-broken",
                    f"The audit log of organisation {organisation_id} does not fit at entry {reached + 1}.",
                )
            before, reached = expected, entry["number"]
    if (reached, before) != (number, head):
        raise ChainBroken(
            "audit-chain-broken",
            f"The audit log of organisation {organisation_id} ends at entry {reached}, but {number} were written.",
        )
    return ChainHead(organisation_id, number, head.hex())


def _canonical(entry: dict[str, Any]) -> bytes:
    # As Postgres writes a jsonb array of these as text.
    at = entry["at"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    names = ("actor_kind", "actor_id", "request_id", "action", "object_kind", "object_id", "details")
    values = [str(entry["organisation_id"]), entry["number"], at, *(entry[name] for name in names)]
    return json.dumps(values, ensure_ascii=False).encode()
