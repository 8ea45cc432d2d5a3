"""What becomes of a session when its interview's window ends: what was answered is submitted, the rest expires."""

from storage.database import Database, fetch_all
from storage.sessions.records import OPEN_STATES, Submission
from storage.sessions.transactions import lock_session, move_session, submit_session
from storage.sql import load_queries
from storage.takes.transactions import keep_broken_off

_QUERIES = load_queries(__file__)
_AT_ONCE = 100


async def end_sessions(database: Database, grace_s: float) -> int:
    """End the open sessions of interviews that are over for `grace_s`; how many were.

    One with an answer is submitted with what came of it: of an answer that was broken off for good, and has no finished
    take, the chunks that are acknowledged. One without any expires.
    """
    async with database.operator() as connection:
        over = await fetch_all(
            connection, _QUERIES["over"], {"states": list(OPEN_STATES), "grace_s": grace_s, "at_once": _AT_ONCE}
        )
    for row in over:
        async with database.transaction(row["organisation_id"]) as connection:
            session = await lock_session(connection, row["id"])
            if session.state not in OPEN_STATES:
                continue
            if row["is_answered"] and session.state == "answering":
                await keep_broken_off(connection, session.id)
                submission = Submission(abandon_unfinished=True)
                await submit_session(connection, row["organisation_id"], session.id, submission)
            else:
                await move_session(connection, session.id, "expired")
    return len(over)
