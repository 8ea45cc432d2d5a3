"""Interviews over HTTP."""

from frontends.api.operation import Call, Operation
from storage.interviews import transactions
from storage.interviews.records import Interview, InterviewChanges, InterviewQuery, NewInterview
from storage.paging import Page


async def create_interview(call: Call, new: NewInterview) -> Interview:
    return await transactions.create_interview(call.connection, new)


async def list_interviews(call: Call) -> Page[Interview]:
    return await transactions.list_interviews(call.connection, call.query)


async def get_interview(call: Call) -> Interview:
    return await transactions.get_interview(call.connection, call.path_id("interview_id"))


async def change_interview(call: Call, changes: InterviewChanges) -> Interview:
    return await transactions.change_interview(call.connection, call.path_id("interview_id"), call.version, changes)


async def publish_interview(call: Call) -> Interview:
    return await transactions.publish_interview(call.connection, call.path_id("interview_id"))


async def close_interview(call: Call) -> Interview:
    return await transactions.close_interview(call.connection, call.path_id("interview_id"))


_INTERVIEWS = "/v1/interviews"
_INTERVIEW = f"{_INTERVIEWS}/{{interview_id:uuid}}"

OPERATIONS = [
    Operation(
        "POST", _INTERVIEWS, "Create an interview", create_interview, Interview, NewInterview, 201,
        scope="interviews:write",
    ),
    Operation(
        "GET", _INTERVIEWS, "List interviews", list_interviews, Page[Interview],
        scope="interviews:read", query=InterviewQuery,
    ),
    Operation("GET", _INTERVIEW, "Get an interview", get_interview, Interview, scope="interviews:read"),
    Operation(
        "PATCH", _INTERVIEW, "Change an interview", change_interview, Interview, InterviewChanges,
        scope="interviews:write",
    ),
    Operation(
        "POST", f"{_INTERVIEW}/publish", "Open a draft to candidates", publish_interview, Interview,
        scope="interviews:write",
    ),
    Operation(
        "POST", f"{_INTERVIEW}/close", "Take no more candidates", close_interview, Interview, scope="interviews:write"
    ),
]  # fmt: skip
