"""Applications and their stages over HTTP."""

from frontends.api.operation import Call, Operation
from storage.applications import transactions
from storage.applications.records import Application, ApplicationChanges, ApplicationQuery, NewApplication
from storage.paging import Page


async def create_application(call: Call, new: NewApplication) -> Application:
    return await transactions.create_application(call.connection, new)


async def list_applications(call: Call) -> Page[Application]:
    return await transactions.list_applications(call.connection, call.query)


async def get_application(call: Call) -> Application:
    return await transactions.get_application(call.connection, call.path_id("application_id"))


async def change_application(call: Call, changes: ApplicationChanges) -> Application:
    return await transactions.change_application(call.connection, call.path_id("application_id"), call.version, changes)


_APPLICATIONS = "/v1/applications"
_APPLICATION = f"{_APPLICATIONS}/{{application_id:uuid}}"

OPERATIONS = [
    Operation(
        "POST", _APPLICATIONS, "Have a candidate apply for a position", create_application, Application, NewApplication,
        201, scope="candidates:write",
    ),
    Operation(
        "GET", _APPLICATIONS, "List applications", list_applications, Page[Application],
        scope="candidates:read", query=ApplicationQuery,
    ),
    Operation("GET", _APPLICATION, "Get an application", get_application, Application, scope="candidates:read"),
    Operation(
        "PATCH", _APPLICATION, "Move an application to a stage", change_application, Application, ApplicationChanges,
        scope="decisions:write",
    ),
]  # fmt: skip
