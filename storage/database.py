"""The connection pool and the two kinds of transaction: an organisation's, and the operator's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self
from uuid import UUID

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from storage.access import Actor, system
from storage.errors import Invalid, NotFound, Unavailable
from storage.fields import FieldCipher
from storage.settings import StorageSettings


class Connection(AsyncConnection[DictRow]):
    """A connection of the pool; `fields` encrypts what is not stored in plain."""

    fields: FieldCipher
    _organisation_id: UUID | None = None

    @property
    def organisation_id(self) -> UUID:
        """The organisation whose transaction this is; the operator's have none."""
        assert self._organisation_id is not None, "this transaction is no organisation's"
        return self._organisation_id


# What no shape of the input rules out: a NUL in a text (psycopg itself refuses it, without a code), a number beyond its
# column, a character that the database's encoding lacks.
_NOT_STORABLE = {None, "22003", "22021", "22P05"}

# The settings end with the transaction, so a pooled connection never carries an actor over.
_BECOME = (
    b"SELECT set_config('role', 'parley_app', true), set_config('parley.organisation_id', %(organisation_id)s, true),"
    b" set_config('parley.actor_kind', %(actor_kind)s, true), set_config('parley.actor_id', %(actor_id)s, true),"
    b" set_config('parley.member_id', %(member_id)s, true), set_config('parley.session_id', %(session_id)s, true),"
    b" set_config('parley.request_id', %(request_id)s, true)"
)


class Database:
    """An async pool of Postgres connections."""

    def __init__(self, settings: StorageSettings) -> None:
        self._fields = FieldCipher(settings.field_keys)
        self.pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            settings.database_url.get_secret_value(),
            min_size=1,
            max_size=settings.database_pool_size,
            timeout=10,
            open=False,
            connection_class=Connection,
            configure=self._configure,
            kwargs={"row_factory": dict_row, "autocommit": True},
            check=AsyncConnectionPool.check_connection,
        )

    async def __aenter__(self) -> Self:
        await self.pool.open()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.pool.close()

    async def _configure(self, connection: Connection) -> None:
        connection.fields = self._fields
        await connection.execute(b"SET TIME ZONE 'UTC'")  # whatever the server's own is: times are told in UTC

    @asynccontextmanager
    async def transaction(self, actor: Actor | UUID, request_id: str = "") -> AsyncIterator[Connection]:
        """A transaction that sees and changes what an actor may, by row-level security; an organisation's id stands
        for Parley itself, at work for it. The audit log names the actor and the request.

        Raises Unavailable where Postgres does not answer.
        """
        if isinstance(actor, UUID):
            actor = system(actor)
        settings = {
            "organisation_id": actor.organisation_id,
            "actor_kind": actor.kind,
            "actor_id": actor.id,
            "member_id": actor.positions_of,
            "session_id": actor.session_id,
            "request_id": request_id,
        }
        async with self.operator() as connection:
            await connection.execute(
                _BECOME, {name: "" if value is None else str(value) for name, value in settings.items()}
            )
            connection._organisation_id = actor.organisation_id
            try:
                yield connection
            finally:
                connection._organisation_id = None

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


async def fetch_known(connection: Connection, query: bytes, arguments: dict[str, Any], thing: str) -> DictRow:
    """The first row of a query; raises NotFound for the thing where there is none."""
    row = await fetch_one(connection, query, arguments)
    if row is None:
        raise NotFound(thing)
    return row


async def fetch_all(connection: Connection, query: bytes, arguments: dict[str, Any]) -> list[DictRow]:
    """All rows of a query."""
    return await (await connection.execute(query, arguments)).fetchall()
