"""Sessions over HTTP: invite, submit, and read the report."""

from typing import Any

from frontends.api.operation import Call, Operation, optional_id
from frontends.problems import ProblemError
from models.report.document import Report
from storage.reports.transactions import newest_report
from storage.sessions import transactions
from storage.sessions.records import NewSession, Session, Submission

_REPORT_POLL_S = 2


async def create_session(call: Call, new: NewSession) -> Session:
    async with call.transaction() as connection:
        return await transactions.create_session(connection, new)


async def list_sessions(call: Call) -> list[Session]:
    async with call.transaction() as connection:
        return await transactions.list_sessions(connection, optional_id(call, "interview_id"))


async def get_session(call: Call) -> Session:
    async with call.transaction() as connection:
        return await transactions.get_session(connection, call.path_id("session_id"))


async def submit_session(call: Call, submission: Submission) -> Session:
    async with call.transaction() as connection:
        return await transactions.submit_session(
            connection, call.organisation_id, call.path_id("session_id"), submission
        )


async def withdraw_session(call: Call) -> Session:
    async with call.transaction() as connection:
        session = await transactions.withdraw_session(connection, call.path_id("session_id"))
    await call.services.live.let_go(session.id)
    return session


async def get_report(call: Call) -> Any:
    session_id = call.path_id("session_id")
    async with call.transaction() as connection:
        session = await transactions.get_session(connection, session_id)
        report = await newest_report(connection, session_id)
    if report is not None:
        return Report.model_validate(report.document)
    if session.state == "attention":
        raise ProblemError(
            409, "session-attention", f"Processing gave up: {session.attention_reason} Submit again to retry."
        )
    if session.state == "submitted":
        headers = {"Retry-After": str(_REPORT_POLL_S)}
        raise ProblemError(409, "report-not-ready", "The session is still being processed.", headers)
    raise ProblemError(409, "session-not-submitted", f"The session is {session.state}: it has no report.")


_SESSION = "/v1/sessions/{session_id:uuid}"

OPERATIONS = [
    Operation("POST", "/v1/sessions", "Invite a candidate to an interview", create_session, Session, NewSession, 201),
    Operation("GET", "/v1/sessions", "List sessions", list_sessions, list[Session], query=("interview_id",)),
    Operation("GET", _SESSION, "Get a session and its state", get_session, Session),
    Operation("POST", f"{_SESSION}/submit", "Submit a session", submit_session, Session, Submission, 202),
    Operation("POST", f"{_SESSION}/withdraw", "Withdraw a session: no report is made", withdraw_session, Session),
    Operation("GET", f"{_SESSION}/report", "Get the report", get_report, Report),
]
