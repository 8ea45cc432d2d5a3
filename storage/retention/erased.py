"""Who is erased. It stands apart from what erases, which knows all subjects: any subject may ask here."""

from uuid import UUID

from storage.database import Connection, fetch_one
from storage.errors import Conflict
from storage.sql import load_queries

_QUERIES = load_queries(__file__)


async def check_not_erased(connection: Connection, candidate_id: UUID) -> None:
    """Raise Conflict where a candidate is erased or is to be: nothing new may be stored about them."""
    row = await fetch_one(connection, _QUERIES["is_erased"], {"candidate_id": candidate_id})
    if row is not None and row["is_erased"]:
        raise Conflict("candidate-erased", "This candidate was erased: make a new one.")
