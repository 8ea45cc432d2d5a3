"""Positions over HTTP."""

from frontends.api.operation import Call, Operation
from storage.positions import transactions
from storage.positions.records import NewPosition, Position


async def create_position(call: Call, new: NewPosition) -> Position:
    async with call.transaction() as connection:
        return await transactions.create_position(connection, new)


async def list_positions(call: Call) -> list[Position]:
    async with call.transaction() as connection:
        return await transactions.list_positions(connection)


async def get_position(call: Call) -> Position:
    async with call.transaction() as connection:
        return await transactions.get_position(connection, call.path_id("position_id"))


OPERATIONS = [
    Operation("POST", "/v1/positions", "Create a position", create_position, Position, NewPosition, 201),
    Operation("GET", "/v1/positions", "List positions", list_positions, list[Position]),
    Operation("GET", "/v1/positions/{position_id:uuid}", "Get a position", get_position, Position),
]
