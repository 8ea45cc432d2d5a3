"""Who a message is for, read when it is sent: whoever is erased by then gets none."""

from uuid import UUID

from storage.candidates.transactions import get_candidate
from storage.database import Connection
from storage.errors import NotFound
from storage.messages.records import Recipient


async def find_recipient(connection: Connection, candidate_id: UUID) -> Recipient | None:
    """The candidate as messages address them, or None where there is none any more."""
    try:
        candidate = await get_candidate(connection, candidate_id)
    except NotFound:
        return None
    return Recipient(candidate.name, candidate.email, candidate.phone, candidate.language or "en", candidate.time_zone)
