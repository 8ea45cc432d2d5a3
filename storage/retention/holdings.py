"""What is held about one candidate: every row that a foreign key leads from to them, their steps, their media.

The tables are found by the database's own foreign keys, so none that is added later is forgotten.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from anyio import to_thread
from psycopg import sql

from storage.database import Connection, Database, fetch_all, fetch_one
from storage.device_checks.records import probe_prefix
from storage.media.removal import stored_versions, unfinished_uploads
from storage.media.store import MediaStore
from storage.retention.records import Holdings
from storage.sql import load_queries

_QUERIES = load_queries(__file__)


@dataclass(frozen=True)
class _Key:
    """A foreign key: `child` points at `parent`."""

    child: str
    parent: str
    child_columns: list[str]
    parent_columns: list[str]


async def tables_about_candidates(connection: Connection) -> dict[str, sql.Composable]:
    """Each table whose rows are about candidates, with the condition that a row is about %(candidate_id)s."""
    keys = [_Key(**row) for row in await fetch_all(connection, _QUERIES["foreign_keys"], {})]
    tables, reached = ["candidates"], {"candidates"}
    for table in tables:
        children = sorted({key.child for key in keys if key.parent == table} - reached)
        tables += children
        reached.update(children)
    return {table: _condition(table, [key for key in keys if key.parent in reached], ()) for table in tables}


def media_prefixes(organisation_id: UUID, candidate_id: UUID, takes: Sequence[UUID]) -> list[str]:
    """Where S3 holds what is about a candidate."""
    own = [f"{organisation_id}/{kind}/{candidate_id}/" for kind in ("photos", "resumes")]
    return own + [take_prefix(organisation_id, take_id) for take_id in takes]


def take_prefix(organisation_id: UUID, take_id: UUID) -> str:
    """Where S3 holds a take's chunks."""
    return f"{organisation_id}/takes/{take_id}/"


async def prefixes_of(connection: Connection, candidate_id: UUID) -> list[str]:
    """Where S3 holds what is about a candidate, as the database knows their sessions and takes."""
    takes = await fetch_all(connection, _QUERIES["takes_of_candidate"], {"candidate_id": candidate_id})
    sessions = await fetch_all(connection, _QUERIES["sessions"], {"candidate_id": candidate_id})
    probes = [probe_prefix(connection.organisation_id, row["id"]) for row in sessions]
    return probes + media_prefixes(connection.organisation_id, candidate_id, [row["id"] for row in takes])


async def holdings(database: Database, media: MediaStore, organisation_id: UUID, candidate_id: UUID) -> Holdings:
    """How many rows of each table, steps, S3 versions and unfinished uploads are held; what is zero is named too."""
    named = {"candidate_id": candidate_id}
    held: Holdings = {}
    async with database.transaction(organisation_id) as connection:
        for table, condition in (await tables_about_candidates(connection)).items():
            query = sql.SQL("SELECT count(*) AS rows FROM {} WHERE {}").format(sql.Identifier(table), condition)
            [row] = await (await connection.execute(query, named)).fetchall()
            held[table] = row["rows"]
        steps = await fetch_one(connection, _QUERIES["steps_held"], named)
        assert steps is not None  # an aggregate always returns its row
        held["steps"] = steps["rows"]
        prefixes = await prefixes_of(connection, candidate_id)
    return held | await to_thread.run_sync(_count_media, media, prefixes)


def _count_media(media: MediaStore, prefixes: list[str]) -> Holdings:
    return {
        "media_versions": sum(1 for prefix in prefixes for _ in stored_versions(media, prefix)),
        "media_uploads": sum(len(unfinished_uploads(media, prefix)) for prefix in prefixes),
    }


def _condition(table: str, keys: list[_Key], on_the_way: tuple[str, ...]) -> sql.Composable:
    if table == "candidates":
        return sql.SQL("id = %(candidate_id)s")
    way = (*on_the_way, table)
    return sql.SQL(" OR ").join(
        sql.SQL("({}) IN (SELECT {} FROM {} WHERE {})").format(
            _columns(key.child_columns), _columns(key.parent_columns), sql.Identifier(key.parent),
            _condition(key.parent, keys, way),
        )
        for key in keys
        if key.child == table and key.parent not in way
    )  # fmt: skip


def _columns(names: list[str]) -> sql.Composable:
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)
