"""Decisions over HTTP."""

from frontends.api.operation import Call, Operation
from storage.decisions import transactions
from storage.decisions.records import Decision, DecisionQuery, NewDecision
from storage.paging import Page


async def create_decision(call: Call, new: NewDecision) -> Decision:
    return await transactions.decide(call.connection, call.actor, call.path_id("session_id"), new)


async def list_decisions(call: Call) -> Page[Decision]:
    return await transactions.list_decisions(call.connection, call.path_id("session_id"), call.query)


_DECISIONS = "/v1/sessions/{session_id:uuid}/decisions"

OPERATIONS = [
    Operation(
        "POST", _DECISIONS, "Decide; the newest decision counts", create_decision, Decision, NewDecision, 201,
        scope="decisions:write",
    ),
    Operation(
        "GET", _DECISIONS, "List a session's decisions", list_decisions, Page[Decision],
        scope="decisions:read", query=DecisionQuery,
    ),
]  # fmt: skip
