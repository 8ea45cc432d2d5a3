"""Keep outcomes and read them."""

from storage.applications.transactions import get_application
from storage.database import Connection, fetch_one
from storage.errors import Conflict
from storage.outcomes.records import NewOutcome, Outcome, OutcomeQuery
from storage.paging import Page, fetch_page
from storage.sql import load_queries

_QUERIES = load_queries(__file__)


async def create_outcome(connection: Connection, new: NewOutcome) -> Outcome:
    """Store an outcome; raises NotFound, or Conflict where nobody was hired, or that day has one."""
    application = await get_application(connection, new.application_id)
    if application.stage != "hired":
        raise Conflict("not-hired", f"The application is {application.stage}: outcomes are of those who were hired.")
    row = await fetch_one(connection, _QUERIES["insert"], new.model_dump())
    if row is None:
        raise Conflict("outcome-exists", "This application has an outcome of that day already.")
    return Outcome.model_validate(row)


async def list_outcomes(connection: Connection, query: OutcomeQuery) -> Page[Outcome]:
    """The outcomes that the caller sees."""
    return await fetch_page(connection, _QUERIES["outcomes"], query.model_dump(), Outcome, query, query.sort)
