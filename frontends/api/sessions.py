"""Sessions over HTTP: invite, submit, and read the report."""

from typing import Any

from frontends.api.operation import Call, Operation
from frontends.problems import ProblemError
from models.report.document import Report
from storage.paging import Page
from storage.reports.transactions import newest_report
from storage.sessions import transactions
from storage.sessions.records import NewSession, Session, SessionQuery, Submission

_REPORT_POLL_S = 2


async def create_session(call: Call, new: NewSession) -> Session:
    return await transactions.create_session(call.connection, new)


async def list_sessions(call: Call) -> Page[Session]:
    return await transactions.list_sessions(call.connection, call.query)


async def get_session(call: Call) -> Session:
    return await transactions.get_session(call.connection, call.path_id("session_id"))


async def submit_session(call: Call, submission: Submission) -> Session:
    return await transactions.submit_session(
        call.connection, call.organisation_id, call.path_id("session_id"), submission
    )


async def withdraw_session(call: Call) -> Session:
    session = await transactions.withdraw_session(call.connection, call.path_id("session_id"))
    call.afterwards(lambda: call.services.live.let_go(session.id))
    return session


async def get_report(call: Call) -> Any:
    session_id = call.path_id("session_id")
    session = await transactions.get_session(call.connection, session_id)
    report = await newest_report(call.connection, session_id)
    if report is not None:
        return Report.model_validate(report.document)
    if session.state == "attention":
        raise ProblemError(
            409, "session-attention", f"Processing gave up: {session.attention_reason} Submit again to retry."
        )
    if session.state == "submitted":
        headers = {"Retry-After": str(_REPORT_POLL_S)}
        raise ProblemError(409, "report-not-ready", "The session is still being processed.", headers)
    if session.state == "reported":
        raise ProblemError(409, "report-erased", "The report was erased; its decision-record is kept.")
    raise ProblemError(409, "session-not-submitted", f"The session is {session.state}: it has no report.")


_SESSIONS = "/v1/sessions"
_SESSION = f"{_SESSIONS}/{{session_id:uuid}}"

OPERATIONS = [
    Operation(
        "POST", _SESSIONS, "Give a candidate a session of an interview", create_session, Session, NewSession, 201,
        scope="sessions:write",
    ),
    Operation(
        "GET", _SESSIONS, "List sessions", list_sessions, Page[Session], scope="sessions:read", query=SessionQuery
    ),
    Operation(
        "GET", _SESSION, "Get a session and its state", get_session, Session, scope="sessions:read", for_candidates=True
    ),
    Operation(
        "POST", f"{_SESSION}/submit", "Submit a session", submit_session, Session, Submission, 202,
        scope="sessions:write", for_candidates=True,
    ),
    Operation(
        "POST", f"{_SESSION}/withdraw", "Withdraw a session: no report is made", withdraw_session, Session,
        scope="sessions:write", for_candidates=True,
    ),
    Operation(
        "GET", f"{_SESSION}/report", "Get the report", get_report, Report, scope="reports:read", audit="report.read"
    ),
]  # fmt: skip
