"""The connection pool and the two kinds of transaction: an organisation's, and the operator's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self
from uuid import UUID

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from storage.errors import Invalid, Unavailable
from storage.settings import StorageSettings

Connection = AsyncConnection[DictRow]

# What no shape of the input rules out: a NUL in a text (psycopg itself refuses it, without a code), a number beyond its
# column, a character that the database's encoding lacks.
_NOT_STORABLE = {None, "22003", "22021", "22P05"}

# Both settings end with the transaction, so a pooled connection never carries an organisation over.
_BECOME = b"SELECT set_config('role', 'parley_app', true), set_config('parley.organisation_id', %s, true)"


class Database:
    """An async pool of Postgres connections."""

    def __init__(self, settings: StorageSettings) -> None:
        self.pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            settings.database_url.get_secret_value(),
            min_size=1,
            max_size=settings.database_pool_size,
            timeout=10,
            open=False,
            kwargs={"row_factory": dict_row, "autocommit": True},
            check=AsyncConnectionPool.check_connection,
        )

    async def __aenter__(self) -> Self:
        await self.pool.open()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.pool.close()

    @asynccontextmanager
    async def transaction(self, organisation_id: UUID) -> AsyncIterator[Connection]:
        """A transaction that sees and changes the rows of one organisation only, by row-level security.

        Raises Unavailable where Postgres does not answer.
        """
        async with self.operator() as connection:
            await connection.execute(_BECOME, [str(organisation_id)])
            yield connection

    @asynccontextmanager
    async def operator(self) -> AsyncIterator[Connection]:
        """A transaction as the owner of the tables: for the operator's commands and for signing in.

        Raises Unavailable where Postgres does not answer, Invalid where it cannot store a value.
        """
        try:
            async with self.pool.connection() as connection, connection.transaction():
                yield connection
        except (PoolTimeout, psycopg.OperationalError) as error:
            raise Unavailable("database-unavailable", "The database does not answer at the moment.") from error
        except psycopg.DataError as error:
            if error.sqlstate not in _NOT_STORABLE:
                raise
            raise Invalid("value-not-storable", "A value cannot be stored: a text may hold no NUL.") from error

    async def answers(self) -> bool:
        """Whether Postgres answers a query now."""
        try:
            async with self.operator() as connection:
                await connection.execute(b"SELECT 1")
        except Unavailable:
            return False
        return True


async def fetch_one(connection: Connection, query: bytes, arguments: dict[str, Any]) -> DictRow | None:
    """The first row of a query, or None."""
    return await (await connection.execute(query, arguments)).fetchone()


async def fetch_all(connection: Connection, query: bytes, arguments: dict[str, Any]) -> list[DictRow]:
    """All rows of a query."""
    return await (await connection.execute(query, arguments)).fetchall()
