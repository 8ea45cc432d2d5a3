"""Lists that grow are read page by page, by key: a page does not shift when rows come in between.

Source of the method: M. Winand, "Paging Through Results" (https://use-the-index-luke.com/no-offset).
"""

import base64
import binascii
import json
from typing import Any, Generic, TypeVar

import psycopg
from psycopg import sql
from pydantic import BaseModel, ConfigDict, Field

from storage.database import Connection
from storage.errors import Invalid

Shape = TypeVar("Shape", bound=BaseModel)


class PageQuery(BaseModel):
    """Which page of a list. A list's own query names its filters and what it can be sorted by."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=50, ge=1, le=200, description="items of a page at most")
    cursor: str | None = Field(default=None, max_length=1000, description="next_cursor of the page before")


class Page(BaseModel, Generic[Shape]):
    """One page of a list."""

    items: list[Shape]
    next_cursor: str | None = Field(description="send it as cursor for the next page; null on the last one")


async def fetch_page(
    connection: Connection,
    query: bytes,
    arguments: dict[str, Any],
    shape: type[Shape],
    page: PageQuery,
    sort: str = "created_at",
    fields: tuple[str, ...] = (),
) -> Page[Shape]:
    """One page of a query's rows, sorted by a column that is never null (`-column`: descending) and then by id.

    `fields` are columns that come encrypted. Raises Invalid for a cursor that is none of this list.
    """
    column, descending = sort.removeprefix("-"), sort.startswith("-")
    after = _read_cursor(page.cursor, sort) if page.cursor is not None else None
    where: sql.Composable = sql.SQL("")
    if after is not None:
        comparison = sql.SQL("<" if descending else ">")
        where = sql.SQL("WHERE ({}, id) {} (%(_value)s, %(_id)s)").format(sql.Identifier(column), comparison)
        arguments = arguments | {"_value": after[0], "_id": after[1]}
    direction = sql.SQL("DESC" if descending else "ASC")
    paged = sql.SQL(
        "SELECT *, {column}::text AS _value FROM ({query}) AS listed {where}"
        " ORDER BY {column} {direction}, id {direction} LIMIT %(_limit)s"
    ).format(column=sql.Identifier(column), query=sql.SQL(query.decode()), where=where, direction=direction)
    try:
        rows = await (await connection.execute(paged, arguments | {"_limit": page.limit + 1})).fetchall()
    except psycopg.DataError as error:
        raise _NOT_OURS from error
    more, rows = len(rows) > page.limit, rows[: page.limit]
    next_cursor = _write_cursor(sort, rows[-1]["_value"], str(rows[-1]["id"])) if more else None
    items = []
    for row in rows:
        del row["_value"]
        items.append(
            shape.model_validate(row | {name: connection.fields.decrypt_optional(row[name]) for name in fields})
        )
    return Page[Shape](items=items, next_cursor=next_cursor)


_NOT_OURS = Invalid("cursor-invalid", "This cursor is not one of this list and order: begin without a cursor.")


def _write_cursor(sort: str, value: str, row_id: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([sort, value, row_id]).encode()).decode().rstrip("=")


def _read_cursor(cursor: str, sort: str) -> tuple[str, str]:
    try:
        content = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        raise _NOT_OURS from None
    match content:
        case [str(of), str(value), str(row_id)] if of == sort:
            return value, row_id
    raise _NOT_OURS
