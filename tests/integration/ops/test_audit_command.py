"""`parley audit verify`: what was changed, removed or cut off the audit log is named."""

import asyncio
import re
from uuid import UUID

import psycopg
import pytest
from operator_commands import Operator

from storage.audit.transactions import record_audit, verify_audit_log
from storage.database import Database
from storage.keys.transactions import create_organisation_key
from storage.settings import StorageSettings

pytestmark = pytest.mark.integration

ANCHOR = re.compile(r"[0-9a-f-]{36}:\d+:[0-9a-f]{64}")


def verify(operator: Operator, *anchors: str) -> list[str]:
    """The lines of a log that is whole."""
    options = [part for anchor in anchors for part in ("--anchor", anchor)]
    lines = operator.done("audit", "verify", *options).stdout.splitlines()
    assert all(ANCHOR.fullmatch(line) for line in lines)
    return lines


def test_every_tampering_is_named_in_one_line(operator: Operator) -> None:
    for name in ("first", "second", "third"):
        operator.done("keys", "create", "Audited", "--name", name)
    [early] = verify(operator)
    organisation, number, _ = early.split(":")
    for name in ("fourth", "fifth"):
        operator.done("keys", "create", "Audited", "--name", name)
    operator.done("keys", "create", "Another")
    lines = verify(operator, early)
    assert len(lines) == 2
    [late] = [line for line in lines if line.startswith(organisation)]
    assert int(late.split(":")[1]) == int(number) + 2

    def spoil(*statements: str, anchors: tuple[str, ...] = ()) -> str:
        """What is told of a log on which these were done, which is then as before."""
        options = [part for anchor in anchors for part in ("--anchor", anchor)]
        with psycopg.connect(operator.variables["PARLEY_DATABASE_URL"], autocommit=True) as connection:
            connection.execute(b"CREATE TABLE log_copy AS SELECT * FROM audit_log")
            connection.execute(b"CREATE TABLE heads_copy AS SELECT * FROM audit_heads")
            for statement in statements:
                connection.execute(statement.encode(), {"organisation": organisation})
            result = operator.run("audit", "verify", *options)
            connection.execute(b"TRUNCATE audit_log")
            connection.execute(b"INSERT INTO audit_log SELECT * FROM log_copy")
            # The entries' own trigger has written heads.
            connection.execute(b"TRUNCATE audit_heads")
            connection.execute(b"INSERT INTO audit_heads SELECT * FROM heads_copy")
            connection.execute(b"DROP TABLE log_copy, heads_copy")
        assert "Traceback" not in result.stderr
        assert (result.returncode == 0) == (result.stderr == ""), result.stderr
        return result.stderr

    ours = "organisation_id = %(organisation)s"
    assert f"{organisation} does not fit at entry 2" in spoil(
        f"UPDATE audit_log SET actor_id = 'someone' WHERE {ours} AND number = 2"
    )
    assert f"{organisation} does not fit at entry 2" in spoil(f"DELETE FROM audit_log WHERE {ours} AND number = 2")
    assert "were written" in spoil(
        f"DELETE FROM audit_log WHERE {ours} AND number = (SELECT max(number) FROM audit_log)"
    )
    assert "were written" in spoil(f"DELETE FROM audit_heads WHERE {ours}")

    # Whoever cuts the end off and sets the head back is found out by what was noted.
    cut = (
        f"DELETE FROM audit_log WHERE {ours} AND number > {number}",
        f"UPDATE audit_heads h SET number = l.number, hash = l.hash FROM audit_log l WHERE h.{ours}"
        f" AND l.{ours} AND l.number = {number}",
    )
    assert spoil(*cut) == ""
    assert spoil(*cut, anchors=(early,)) == ""
    assert f"has no entry {late.split(':')[1]}, which was noted" in spoil(*cut, anchors=(early, late))
    forged = f"{organisation}:{number}:{'0' * 64}"
    assert f"entry {number} has another hash" in operator.refused("audit", "verify", "--anchor", forged)
    assert verify(operator, early, late) == lines


@pytest.mark.parametrize("anchor", ["x", "1:2:3", f"{'-' * 36}:1:{'0' * 64}", f"{UUID(int=0)}:0:{'0' * 64}"])
def test_what_is_no_anchor_is_told_in_one_line(operator: Operator, anchor: str) -> None:
    assert "is no anchor" in operator.refused("audit", "verify", f"--anchor={anchor}")


async def test_a_log_that_grows_meanwhile_is_whole(storage_settings: StorageSettings) -> None:
    async with Database(storage_settings) as database:
        organisation_id, _ = await create_organisation_key(database, "Growing", "test")

        async def grow() -> None:
            while True:
                async with database.transaction(organisation_id) as connection:
                    await record_audit(connection, "report.read", "report", None)

        growing = [asyncio.create_task(grow()) for _ in range(3)]
        await asyncio.sleep(0.2)
        numbers = []
        for _ in range(10):
            heads = await verify_audit_log(database, [])
            numbers.append(next(head.number for head in heads if head.organisation_id == organisation_id))
        for task in growing:
            task.cancel()
        await asyncio.gather(*growing, return_exceptions=True)
    assert numbers == sorted(numbers) and numbers[-1] > numbers[0]
