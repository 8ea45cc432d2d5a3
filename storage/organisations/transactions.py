"""Make organisations."""

from uuid import UUID

from storage.database import Connection, fetch_one
from storage.sql import load_queries

_QUERIES = load_queries(__file__)


async def ensure_organisation(connection: Connection, name: str) -> UUID:
    """The organisation of that name, made where it does not exist yet; the connection is the operator's."""
    row = await fetch_one(connection, _QUERIES["ensure_organisation"], {"name": name})
    assert row is not None  # the statement always returns its row
    organisation_id: UUID = row["id"]
    return organisation_id
