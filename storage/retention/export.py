"""All that is held about one candidate as a ZIP, made while it is sent: little of it is ever in memory."""

import json
import zipfile
from collections.abc import AsyncIterator
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from uuid import UUID

from anyio import to_thread
from psycopg import sql

from storage.database import Connection, Database, fetch_all
from storage.media.records import chunk_key
from storage.media.removal import read_blocks, stored_keys
from storage.media.store import MediaStore
from storage.retention.holdings import media_prefixes, tables_about_candidates
from storage.sql import load_queries

_QUERIES = load_queries(__file__)

# Secrets and what only finds things: they tell nothing about a candidate.
_LEFT_OUT = {"email_index", "token_hash", "link", "code", "code_hash"}
# How Postgres writes bytes that are an encrypted field: a Fernet token begins with gAAAA.
_ENCRYPTED = "\\x" + b"gAAAA".hex()
_BLOCK = 1024 * 1024
_ROWS_AT_ONCE = 10


class _Sink:
    """What the ZIP is written into; it is taken out again as soon as it is there."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []

    def write(self, block: bytes) -> int:
        self._blocks.append(bytes(block))
        return len(block)

    def flush(self) -> None:
        return None

    def take(self) -> bytes:
        taken = b"".join(self._blocks)
        self._blocks.clear()
        return taken


async def export_candidate(
    database: Database, media: MediaStore, organisation_id: UUID, candidate_id: UUID
) -> AsyncIterator[bytes]:
    """The ZIP: TABLE.json for every table with rows about the candidate, steps.json, and the files from S3.

    A recording is one file, its chunks joined. Raises Unavailable where a server stops answering on the way: the ZIP
    then has no end, which whoever opens it is told.
    """
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]  # it only writes
        for name, query in (await _queries(database, organisation_id)).items():
            # Written to a file first: a slow reader must not keep a transaction open.
            with SpooledTemporaryFile(max_size=_BLOCK) as rows:
                async with database.transaction(organisation_id) as connection:
                    is_any = await _write_rows(connection, query, candidate_id, rows)
                if not is_any:
                    continue
                rows.seek(0)
                with archive.open(f"{name}.json", "w", force_zip64=True) as entry:
                    while block := rows.read(_BLOCK):
                        entry.write(block)
                        yield sink.take()
        async with database.transaction(organisation_id) as connection:
            recordings = await fetch_all(connection, _QUERIES["recordings"], {"candidate_id": candidate_id})
        for name, keys in await to_thread.run_sync(_files, media, organisation_id, candidate_id, recordings):
            # Sound and pictures are compressed already.
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as entry:
                for key in keys:
                    blocks = read_blocks(media, key)
                    while block := await to_thread.run_sync(next, blocks, b""):
                        entry.write(block)
                        yield sink.take()
    yield sink.take()


async def _queries(database: Database, organisation_id: UUID) -> dict[str, sql.SQL | sql.Composed]:
    async with database.transaction(organisation_id) as connection:
        tables = await tables_about_candidates(connection)
    queries: dict[str, sql.SQL | sql.Composed] = {
        table: sql.SQL("SELECT to_jsonb(held) AS row FROM {} AS held WHERE {}").format(sql.Identifier(table), condition)
        for table, condition in sorted(tables.items())
    }
    return queries | {"steps": sql.SQL(_QUERIES["steps"].decode())}


async def _write_rows(
    connection: Connection, query: sql.SQL | sql.Composed, candidate_id: UUID, file: IO[bytes]
) -> bool:
    """Write the query's rows as a JSON array; whether there are any."""
    is_any = False
    async with connection.cursor(name="held") as cursor:
        cursor.itersize = _ROWS_AT_ONCE
        await cursor.execute(query, {"candidate_id": candidate_id})
        async for row in cursor:
            text = json.dumps(_readable(connection, row["row"]), ensure_ascii=False, indent=1)
            file.write((",\n" if is_any else "[\n").encode() + text.encode())
            is_any = True
    file.write(b"\n]\n")
    return is_any


def _readable(connection: Connection, row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: connection.fields.decrypt(bytes.fromhex(value[2:]))
        if isinstance(value, str) and value.startswith(_ENCRYPTED)
        else value
        for name, value in row.items()
        if name not in _LEFT_OUT
    }


def _files(
    media: MediaStore, organisation_id: UUID, candidate_id: UUID, recordings: list[dict[str, Any]]
) -> list[tuple[str, list[str]]]:
    """Each file's name in the ZIP, and the keys whose objects joined are it."""
    files = []
    for take in recordings:
        keys = [chunk_key(organisation_id, take["id"], number) for number in take["chunks"]]
        there = set(stored_keys(media, keys[0].rpartition("/")[0] + "/"))
        ending = take["content_type"].rpartition("/")[2]
        name = f"recordings/{take['session_id']}/question-{take['question_number']}-take-{take['number']}.{ending}"
        files.append((name, [key for key in keys if key in there]))
    for prefix in media_prefixes(organisation_id, candidate_id, []):
        files += [(key.removeprefix(f"{organisation_id}/"), [key]) for key in stored_keys(media, prefix)]
    return files
