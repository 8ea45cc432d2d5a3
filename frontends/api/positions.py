"""Positions over HTTP, and who manages them."""

from frontends.api.operation import Call, Operation
from storage.paging import Page
from storage.positions import transactions
from storage.positions.records import (
    NewPosition,
    Position,
    PositionChanges,
    PositionManager,
    PositionQuery,
)


async def create_position(call: Call, new: NewPosition) -> Position:
    return await transactions.create_position(call.connection, new)


async def list_positions(call: Call) -> Page[Position]:
    return await transactions.list_positions(call.connection, call.query)


async def get_position(call: Call) -> Position:
    return await transactions.get_position(call.connection, call.path_id("position_id"))


async def change_position(call: Call, changes: PositionChanges) -> Position:
    return await transactions.change_position(call.connection, call.path_id("position_id"), call.version, changes)


async def add_position_manager(call: Call) -> PositionManager:
    return await transactions.add_manager(call.connection, call.path_id("position_id"), call.path_id("member_id"))


async def remove_position_manager(call: Call) -> None:
    await transactions.remove_manager(call.connection, call.path_id("position_id"), call.path_id("member_id"))


_POSITION = "/v1/positions/{position_id:uuid}"
_MANAGER = f"{_POSITION}/managers/{{member_id:uuid}}"

OPERATIONS = [
    Operation(
        "POST",
        "/v1/positions",
        "Create a position",
        create_position,
        Position,
        NewPosition,
        201,
        scope="positions:write",
    ),
    Operation(
        "GET",
        "/v1/positions",
        "List positions",
        list_positions,
        Page[Position],
        scope="positions:read",
        query=PositionQuery,
    ),
    Operation("GET", _POSITION, "Get a position", get_position, Position, scope="positions:read"),
    Operation(
        "PATCH", _POSITION, "Change a position", change_position, Position, PositionChanges, scope="positions:write"
    ),
    Operation(
        "PUT", _MANAGER, "Let a member manage a position", add_position_manager, PositionManager, scope="members:write"
    ),
    Operation(
        "DELETE",
        _MANAGER,
        "Let a member no longer manage it",
        remove_position_manager,
        None,
        None,
        204,
        scope="members:write",
    ),
]
