"""Ask for an accommodation, decide on it, and tell what holds."""

from uuid import UUID

from storage.accommodations.records import Accommodation, AccommodationDecision, NewAccommodation
from storage.database import Connection, fetch_known, fetch_one
from storage.errors import Conflict
from storage.events.transactions import record_event
from storage.sessions.transactions import check_open, lock_session
from storage.sql import load_queries
from storage.webhooks.messages import announce

_QUERIES = load_queries(__file__)


async def request_accommodation(connection: Connection, session_id: UUID, new: NewAccommodation) -> Accommodation:
    """Ask for an accommodation, in place of what was asked for before.

    Raises NotFound, or Conflict where one is granted already or the session is over.
    """
    await _check_open(connection, session_id)
    if await granted(connection, session_id) is not None:
        raise Conflict("accommodation-granted", "You have an accommodation already: write to change it.")
    row = await fetch_one(connection, _QUERIES["request"], {"session_id": session_id, **new.model_dump()})
    await announce(connection, connection.organisation_id, "accommodation.requested", {"session_id": session_id})
    return await _told(connection, Accommodation.model_validate(row))


async def decide_accommodation(
    connection: Connection, session_id: UUID, decision: AccommodationDecision
) -> Accommodation:
    """Grant or decline what was asked for; one that nobody asked for may be granted as well.

    It holds from now on: for the time in all, and for answers that begin from now. Raises NotFound, or Conflict where
    the session is over or there is nothing to decline.
    """
    await _check_open(connection, session_id)
    if not decision.granted and await find_accommodation(connection, session_id) is None:
        raise Conflict(
            "accommodation-missing", "The candidate has not asked for anything: there is nothing to decline."
        )
    values = decision.model_dump() | {"session_id": session_id, "state": "granted" if decision.granted else "declined"}
    return await _told(
        connection, Accommodation.model_validate(await fetch_one(connection, _QUERIES["decide"], values))
    )


async def get_accommodation(connection: Connection, session_id: UUID) -> Accommodation:
    """What was asked for and decided; raises NotFound where nothing was."""
    row = await fetch_known(connection, _QUERIES["accommodation"], {"session_id": session_id}, "accommodation")
    return Accommodation.model_validate(row)


async def granted(connection: Connection, session_id: UUID) -> Accommodation | None:
    """The accommodation that holds, if one does."""
    found = await find_accommodation(connection, session_id)
    return found if found is not None and found.state == "granted" else None


async def find_accommodation(connection: Connection, session_id: UUID) -> Accommodation | None:
    """What was asked for or decided, if anything was."""
    row = await fetch_one(connection, _QUERIES["accommodation"], {"session_id": session_id})
    return None if row is None else Accommodation.model_validate(row)


async def _check_open(connection: Connection, session_id: UUID) -> None:
    session = await lock_session(connection, session_id)
    check_open(session, "nothing changes for it any more")


async def _told(connection: Connection, accommodation: Accommodation) -> Accommodation:
    await record_event(connection, accommodation.session_id, "accommodation", {"state": accommodation.state})
    return accommodation
