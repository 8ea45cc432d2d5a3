"""Make and read positions."""

from uuid import UUID

from storage.database import Connection, fetch_known, fetch_one
from storage.members.transactions import get_member
from storage.paging import Page, fetch_page
from storage.positions.records import NewPosition, Position, PositionChanges, PositionManager, PositionQuery
from storage.sql import load_queries
from storage.updates import update_row

_QUERIES = load_queries(__file__)


async def create_position(connection: Connection, new: NewPosition) -> Position:
    """Store a new position."""
    row = await fetch_one(connection, _QUERIES["insert_position"], new.model_dump())
    return Position.model_validate(row)


async def get_position(connection: Connection, position_id: UUID) -> Position:
    """One position; raises NotFound."""
    row = await fetch_known(connection, _QUERIES["position"], {"id": position_id}, "position")
    return Position.model_validate(row)


async def list_positions(connection: Connection, query: PositionQuery) -> Page[Position]:
    """The positions that the caller sees."""
    return await fetch_page(connection, _QUERIES["positions"], query.model_dump(), Position, query, query.sort)


async def change_position(
    connection: Connection, position_id: UUID, version: int, changes: PositionChanges
) -> Position:
    """Change a position; raises NotFound, or Changed."""
    columns = changes.model_dump(exclude_unset=True)
    await update_row(connection, "positions", "position", position_id, version, columns)
    return await get_position(connection, position_id)


async def add_manager(connection: Connection, position_id: UUID, member_id: UUID) -> PositionManager:
    """Let a member manage a position; again and again gives the same. Raises NotFound."""
    await get_position(connection, position_id)
    await get_member(connection, member_id)
    names = {"position_id": position_id, "member_id": member_id}
    await connection.execute(_QUERIES["add_manager"], names)
    return PositionManager.model_validate(names)


async def remove_manager(connection: Connection, position_id: UUID, member_id: UUID) -> None:
    """Let a member no longer manage a position; who does not is left so. Raises NotFound for an unknown position."""
    await get_position(connection, position_id)
    await connection.execute(_QUERIES["remove_manager"], {"position_id": position_id, "member_id": member_id})
