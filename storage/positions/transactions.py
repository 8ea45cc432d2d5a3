"""Make and read positions."""

from uuid import UUID

from storage.database import Connection, fetch_all, fetch_one
from storage.errors import NotFound
from storage.positions.records import NewPosition, Position
from storage.sql import load_queries

_QUERIES = load_queries(__file__)


async def create_position(connection: Connection, new: NewPosition) -> Position:
    """Store a new position."""
    row = await fetch_one(connection, _QUERIES["insert_position"], new.model_dump())
    return Position.model_validate(row)


async def get_position(connection: Connection, position_id: UUID) -> Position:
    """One position; raises NotFound."""
    row = await fetch_one(connection, _QUERIES["position"], {"id": position_id})
    if row is None:
        raise NotFound("position")
    return Position.model_validate(row)


async def list_positions(connection: Connection) -> list[Position]:
    """All positions, oldest first."""
    return [Position.model_validate(row) for row in await fetch_all(connection, _QUERIES["positions"], {})]
