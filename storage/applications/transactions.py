"""Applications and the stages they go through."""

from uuid import UUID

from storage.applications.records import Application, ApplicationChanges, ApplicationQuery, NewApplication, Stage
from storage.candidates.transactions import get_candidate
from storage.database import Connection, fetch_known, fetch_one
from storage.errors import Conflict
from storage.paging import Page, fetch_page
from storage.positions.transactions import get_position
from storage.retention.erased import check_not_erased
from storage.sql import load_queries
from storage.updates import update_row
from storage.webhooks.messages import announce

_QUERIES = load_queries(__file__)

# What Parley itself may move an application on to, and from where: later stages are a person's.
_FROM: dict[Stage, tuple[Stage, ...]] = {"invited": ("applied",), "interviewed": ("applied", "invited")}


async def create_application(connection: Connection, new: NewApplication) -> Application:
    """Store a new application; raises NotFound, or Conflict where the candidate has applied already."""
    await get_candidate(connection, new.candidate_id)
    await get_position(connection, new.position_id)
    await check_not_erased(connection, new.candidate_id)
    row = await fetch_one(connection, _QUERIES["insert"], new.model_dump())
    if row is None:
        raise Conflict("application-exists", "This candidate has applied for this position already.")
    return Application.model_validate(row)


async def ensure_application(connection: Connection, candidate_id: UUID, position_id: UUID) -> None:
    """Have the candidate apply for the position, where they have not; raises Conflict where they are erased."""
    await check_not_erased(connection, candidate_id)
    await connection.execute(_QUERIES["insert"], {"candidate_id": candidate_id, "position_id": position_id})


async def get_application(connection: Connection, application_id: UUID) -> Application:
    """One application; raises NotFound."""
    row = await fetch_known(connection, _QUERIES["application"], {"id": application_id}, "application")
    return Application.model_validate(row)


async def list_applications(connection: Connection, query: ApplicationQuery) -> Page[Application]:
    """The applications that the caller sees."""
    return await fetch_page(connection, _QUERIES["applications"], query.model_dump(), Application, query, query.sort)


async def change_application(
    connection: Connection, application_id: UUID, version: int, changes: ApplicationChanges
) -> Application:
    """A person moves an application to a stage; raises NotFound, or Changed."""
    before = await get_application(connection, application_id)
    columns = {"stage": changes.stage} if changes.stage != before.stage else {}
    await update_row(connection, "applications", "application", application_id, version, columns)
    application = await get_application(connection, application_id)
    if columns:
        await _announce_stage(connection, application)
    return application


async def move_application(connection: Connection, session_id: UUID, stage: Stage) -> None:
    """Move the application that a session belongs to, as a decision says."""
    row = await fetch_one(connection, _QUERIES["of_session"], {"session_id": session_id})
    if row is None or row["stage"] == stage:
        return
    await connection.execute(_QUERIES["move"], {"id": row["id"], "stage": stage})
    await _announce_stage(connection, Application.model_validate(row | {"stage": stage}))


async def advance_application(connection: Connection, session_id: UUID, stage: Stage) -> None:
    """Move the application that a session belongs to on, unless a person has moved it further already."""
    row = await fetch_one(connection, _QUERIES["of_session"], {"session_id": session_id})
    if row is not None and row["stage"] in _FROM[stage]:
        await move_application(connection, session_id, stage)


async def _announce_stage(connection: Connection, application: Application) -> None:
    ids: dict[str, UUID | int | str | None] = {
        "application_id": application.id,
        "candidate_id": application.candidate_id,
        "position_id": application.position_id,
        "stage": application.stage,
    }
    await announce(connection, connection.organisation_id, "application.stage_changed", ids)
