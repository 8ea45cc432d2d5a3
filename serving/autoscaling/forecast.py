"""What the Processor tells its autoscaler: the jobs that wait, and who is expected to come."""

from datetime import UTC, datetime

from serving.autoscaling.booking import expected_at_once
from serving.settings import BookingProfile
from storage.database import Database
from storage.jobs.backlog import read_backlog
from storage.sessions.transactions import booked_windows


async def forecast(database: Database, booking: BookingProfile) -> dict[str, float]:
    """`jobs_waiting`, `jobs_working`, `oldest_job_s` and `booked`, of all organisations. Raises Unavailable."""
    async with database.operator() as connection:
        backlog = await read_backlog(connection)
        windows = await booked_windows(connection, booking.lead_s)
    return {
        "jobs_waiting": backlog.waiting,
        "jobs_working": backlog.working,
        "oldest_job_s": backlog.oldest_s,
        "booked": expected_at_once(windows, datetime.now(UTC), booking.lead_s, booking.crowding),
    }
