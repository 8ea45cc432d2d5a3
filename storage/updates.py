"""Change a versioned row: only the fields that were named, and only if nobody changed it meanwhile."""

from typing import Any
from uuid import UUID

from psycopg import sql

from storage.database import Connection
from storage.errors import NotFound, Refusal

# If-Match: * means any version.
ANY_VERSION = 0


class Changed(Refusal):
    """The row has another version than the caller has seen."""

    def __init__(self, thing: str) -> None:
        super().__init__("version-changed", f"This {thing} was changed meanwhile: read it again, then change it.")


async def update_row(
    connection: Connection, table: str, thing: str, row_id: UUID, version: int, changes: dict[str, Any]
) -> None:
    """Set the columns in `changes`.

    Raises NotFound, or Changed where the row's version is not `version`. Without changes the row stays as it is.
    """
    names = {"table": sql.Identifier(table)}
    locked = await (
        await connection.execute(
            sql.SQL("SELECT version FROM {table} WHERE id = %s FOR NO KEY UPDATE").format(**names), [row_id]
        )
    ).fetchone()
    if locked is None:
        raise NotFound(thing)
    if version not in (ANY_VERSION, locked["version"]):
        raise Changed(thing)
    if not changes:
        return
    columns = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in changes
    )
    query = sql.SQL("UPDATE {table} SET {columns} WHERE id = %(_id)s").format(columns=columns, **names)
    await connection.execute(query, changes | {"_id": row_id})
