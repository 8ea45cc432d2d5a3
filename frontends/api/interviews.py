"""Interviews over HTTP."""

from frontends.api.operation import Call, Operation
from storage.interviews import transactions
from storage.interviews.records import Interview, NewInterview


async def create_interview(call: Call, new: NewInterview) -> Interview:
    async with call.transaction() as connection:
        return await transactions.create_interview(connection, new)


async def list_interviews(call: Call) -> list[Interview]:
    async with call.transaction() as connection:
        return await transactions.list_interviews(connection)


async def get_interview(call: Call) -> Interview:
    async with call.transaction() as connection:
        return await transactions.get_interview(connection, call.path_id("interview_id"))


OPERATIONS = [
    Operation("POST", "/v1/interviews", "Create an interview", create_interview, Interview, NewInterview, 201),
    Operation("GET", "/v1/interviews", "List interviews", list_interviews, list[Interview]),
    Operation("GET", "/v1/interviews/{interview_id:uuid}", "Get an interview", get_interview, Interview),
]
