"""Bring every encrypted field under the newest key: after a migration, and when keys are rotated."""

import psycopg
from psycopg import sql

from storage.errors import Unavailable
from storage.fields import FieldCipher

# Every encrypted column, with the column of its keyed hash where it has one.
_FIELDS: tuple[tuple[str, str, str | None], ...] = (
    ("candidates", "email", "email_index"),
    ("candidates", "phone", None),
    ("members", "email", "email_index"),
    ("webhook_secrets", "secret", None),
    ("messages", "link", None),
    ("messages", "code", None),
    ("messages", "contact", None),
)
_AT_ONCE = 500
_BYTES = (
    b"SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables"
    b" USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    b" AND data_type = 'bytea' ORDER BY table_name, column_name"
)


def seal_fields(database_url: str, fields: FieldCipher) -> int:
    """Encrypt under the newest key what is under an older one or in plain; how many fields were.

    Works in batches, each its own transaction: stopped half-way, it can be run again. Raises Unavailable where the
    key of a field is missing.
    """
    sealed = 0
    with psycopg.connect(database_url) as connection:
        for table, column, index in _FIELDS:
            after = "00000000-0000-0000-0000-000000000000"
            while rows := _batch(connection, table, column, after):
                for row_id, stored in rows:
                    renewed = fields.renew(stored)
                    hashed = fields.index(fields.decrypt(renewed)) if index else None
                    _store(connection, table, column, index, row_id, renewed, hashed)
                connection.commit()
                sealed += len(rows)
                after = rows[-1][0]
    return sealed


def unsealed_fields(database_url: str, fields: FieldCipher) -> dict[str, int]:
    """Columns, as `table.column`, that hold what is encrypted under none of the cipher's keys, with how many values do.

    It looks into every column that could hold a token, whether `seal_fields` knows it or not.
    """
    found = {}
    with psycopg.connect(database_url) as connection:
        for table, column in connection.execute(_BYTES).fetchall():
            query = sql.SQL("SELECT {column} FROM {table} WHERE substring({column} FROM 1 FOR 5) = 'gAAAA'")
            with connection.cursor(name="tokens") as tokens:
                tokens.execute(query.format(table=sql.Identifier(table), column=sql.Identifier(column)))
                if unreadable := sum(not _is_readable(fields, token) for (token,) in tokens):
                    found[f"{table}.{column}"] = unreadable
    return found


def _is_readable(fields: FieldCipher, token: bytes) -> bool:
    try:
        fields.decrypt(token)
    except Unavailable:
        return False
    return True


def _batch(connection: psycopg.Connection, table: str, column: str, after: str) -> list[tuple[str, bytes]]:
    # Locked, so that a change made meanwhile is not overwritten.
    query = sql.SQL(
        "SELECT id::text, {column} FROM {table} WHERE {column} IS NOT NULL AND id > %s ORDER BY id LIMIT %s FOR UPDATE"
    )
    names = {"table": sql.Identifier(table), "column": sql.Identifier(column)}
    return connection.execute(query.format(**names), [after, _AT_ONCE]).fetchall()


def _store(
    connection: psycopg.Connection,
    table: str,
    column: str,
    index: str | None,
    row_id: str,
    renewed: bytes,
    hashed: bytes | None,
) -> None:
    changes = sql.SQL("{} = %(renewed)s").format(sql.Identifier(column))
    if index is not None:
        changes += sql.SQL(", {} = %(hashed)s").format(sql.Identifier(index))
    query = sql.SQL("UPDATE {} SET {} WHERE id = %(id)s").format(sql.Identifier(table), changes)
    connection.execute(query, {"renewed": renewed, "hashed": hashed, "id": row_id})
