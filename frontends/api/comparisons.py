"""Several candidates of one interview side by side."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from frontends.api.operation import Call, Operation
from models.report.document import Interval, Recommendation, Report, ReportDimension
from storage.audit.transactions import record_audit
from storage.decisions.records import Decision
from storage.decisions.transactions import newest_decision
from storage.errors import Invalid
from storage.interviews.records import Dimension
from storage.interviews.transactions import get_interview
from storage.reports.transactions import newest_report
from storage.sessions.records import SessionState
from storage.sessions.transactions import get_session


class NewComparison(BaseModel):
    """Whom to compare."""

    model_config = ConfigDict(extra="forbid")

    session_ids: list[UUID] = Field(min_length=2, max_length=20, description="sessions of one interview")


class ComparedCandidate(BaseModel):
    """One candidate: what the report says, and what a person decided."""

    session_id: UUID
    candidate_id: UUID
    state: SessionState
    composite: Interval | None = Field(description="null while there is no report")
    dimensions: list[ReportDimension] = Field(description="in the interview's order; empty while there is no report")
    flags: int = Field(description="how many things a person should look at")
    recommendation: Recommendation | None = Field(description="advice; a person decides")
    decision: Decision | None = Field(description="the one that counts")


class Comparison(BaseModel):
    """Candidates of one interview, in the order that was asked for: the order says nothing about them."""

    interview_id: UUID
    dimensions: list[Dimension]
    candidates: list[ComparedCandidate]


async def compare_candidates(call: Call, new: NewComparison) -> Comparison:
    sessions = [await get_session(call.connection, session_id) for session_id in new.session_ids]
    if len({session.id for session in sessions}) != len(sessions):
        raise Invalid("session-repeated", "Name each session once.", "/session_ids")
    if len({session.interview_id for session in sessions}) > 1:
        raise Invalid("interviews-differ", "Only sessions of one interview can be compared.", "/session_ids")
    interview = await get_interview(call.connection, sessions[0].interview_id)
    candidates = []
    for session in sessions:
        stored = await newest_report(call.connection, session.id)
        report = Report.model_validate(stored.document) if stored else None
        candidates.append(
            ComparedCandidate(
                session_id=session.id,
                candidate_id=session.candidate_id,
                state=session.state,
                composite=report.composite if report else None,
                dimensions=list(report.dimensions) if report else [],
                flags=len(report.flags) if report else 0,
                recommendation=report.recommendation if report else None,
                decision=await newest_decision(call.connection, session.id),
            )
        )
        await record_audit(call.connection, "report.compared", "report", session.id)
    return Comparison(interview_id=interview.id, dimensions=interview.dimensions, candidates=candidates)


OPERATIONS = [
    Operation(
        "POST", "/v1/comparisons", "Compare candidates of one interview", compare_candidates, Comparison, NewComparison,
        scope="reports:read",
    ),
]  # fmt: skip
