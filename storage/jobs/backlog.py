"""How much work waits, of all organisations: what the number of workers goes by."""

from dataclasses import dataclass

from storage.database import Connection, fetch_one
from storage.jobs.queue import PROCESS_SESSION
from storage.sql import load_queries

_QUERIES = load_queries(__file__)


@dataclass(frozen=True)
class Backlog:
    """Jobs that are due and wait, jobs that are worked on, and how many seconds the oldest that waits has waited."""

    waiting: int
    working: int
    oldest_s: float


async def read_backlog(connection: Connection) -> Backlog:
    """The jobs of this moment; the connection is the operator's. A job that is to be tried again later is not due."""
    row = await fetch_one(connection, _QUERIES["backlog"], {"queue": PROCESS_SESSION.queue})
    assert row is not None  # it aggregates
    return Backlog(**row)
