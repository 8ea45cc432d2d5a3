"""Outcomes over HTTP."""

from frontends.api.operation import Call, Operation
from storage.outcomes import transactions
from storage.outcomes.records import NewOutcome, Outcome, OutcomeQuery
from storage.paging import Page


async def create_outcome(call: Call, new: NewOutcome) -> Outcome:
    return await transactions.create_outcome(call.connection, new)


async def list_outcomes(call: Call) -> Page[Outcome]:
    return await transactions.list_outcomes(call.connection, call.query)


_OUTCOMES = "/v1/outcomes"

OPERATIONS = [
    Operation(
        "POST", _OUTCOMES, "Tell how someone who was hired does", create_outcome, Outcome, NewOutcome, 201,
        scope="outcomes:write",
    ),
    Operation(
        "GET", _OUTCOMES, "List outcomes", list_outcomes, Page[Outcome], scope="outcomes:read", query=OutcomeQuery
    ),
]  # fmt: skip
