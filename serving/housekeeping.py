"""What is done again and again, whatever anybody asks: each round does what is due, so a missed one loses nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from storage.database import Database
from storage.errors import Unavailable
from storage.idempotency.transactions import forget_answers
from storage.invitations.tokens import GRACE_S
from storage.sessions.delays import tell_late_reports
from storage.sessions.expiry import end_sessions
from storage.webhooks.messages import forget_messages

_log = structlog.get_logger()

# A report that is not there so long after the submission is told to be late.
_LATE_S = 30.0
# How long the log of what webhooks were told is kept.
_TOLD_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Chore:
    """Something to do every so often."""

    name: str
    every_s: float
    do: Callable[[Database], Awaitable[object]]


async def _tell_late_reports(database: Database) -> None:
    await tell_late_reports(database, _LATE_S)


async def _end_sessions(database: Database) -> None:
    await end_sessions(database, GRACE_S)


async def _forget_webhook_messages(database: Database) -> None:
    async with database.operator() as connection:
        await forget_messages(connection, datetime.now(UTC) - _TOLD_KEPT)


CHORES = (
    Chore("late-reports", 5, _tell_late_reports),
    Chore("ended-sessions", 30, _end_sessions),
    Chore("idempotency-keys", 3600, forget_answers),
    Chore("webhook-messages", 3600, _forget_webhook_messages),
)


async def keep_house(database: Database) -> None:
    """Do every chore in its rhythm until cancelled; replicas may do so side by side."""
    async with asyncio.TaskGroup() as group:
        for chore in CHORES:
            group.create_task(_repeat(chore, database))


async def _repeat(chore: Chore, database: Database) -> None:
    while True:
        try:
            await chore.do(database)
        except Unavailable as error:
            _log.warning("chore not done, trying again", chore=chore.name, error=error.code)
        await asyncio.sleep(chore.every_s)
