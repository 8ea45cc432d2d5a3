"""Queue durable jobs within the transaction of what they are about."""

from uuid import UUID

import procrastinate

from storage.database import Connection

PROCESS_SESSION = "process_session"
QUEUE = "sessions"

# Only builds the statements: it is never opened, every job travels on the caller's connection.
_APP = procrastinate.App(connector=procrastinate.PsycopgConnector())


async def queue_processing(connection: Connection, organisation_id: UUID, session_id: UUID) -> None:
    """Queue the processing of a submitted session; it is queued when the caller's transaction commits."""
    job = _APP.configure_task(
        PROCESS_SESSION, queue=QUEUE, lock=f"session-{session_id}", connection=connection, allow_unknown=True
    )
    await job.defer_async(organisation_id=str(organisation_id), session_id=str(session_id))
