"""Record the paces of a reported session, and find a position's norm."""

from collections.abc import Sequence
from uuid import UUID

from storage.database import Connection, fetch_one
from storage.paces.records import PaceNorm
from storage.sql import load_queries

_QUERIES = load_queries(__file__)

# Fewer answers say nothing of what is usual: at 30, one in twenty is a single answer or two.
_AT_LEAST = 30
_RECENT = 1000


async def record_paces(connection: Connection, session_id: UUID, paces: Sequence[float]) -> None:
    """Keep the pace of each answer of a session, in words (zh: 字) a minute."""
    await connection.execute(_QUERIES["insert_paces"], {"session_id": session_id, "paces": list(paces)})


async def pace_norm(connection: Connection, position_id: UUID, language: str) -> PaceNorm | None:
    """What is usual for a position's answers in a language, or None while there are too few."""
    row = await fetch_one(
        connection, _QUERIES["norm"], {"position_id": position_id, "language": language, "recent": _RECENT}
    )
    if row is None or row["answers"] < _AT_LEAST:
        return None
    low, median, high = row["quantiles"]
    return PaceNorm(answers=row["answers"], low=low, median=median, high=high)
