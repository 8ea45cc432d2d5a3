"""Written answers over HTTP."""

from frontends.api.operation import Call, Operation
from storage.text_answers import transactions
from storage.text_answers.records import NewTextAnswer, StoredTextAnswer, TextAnswer


async def put_text_answer(call: Call, new: NewTextAnswer) -> StoredTextAnswer:
    return await transactions.store_text_answer(call.connection, call.path_id("session_id"), _number(call), new)


async def get_text_answer(call: Call) -> TextAnswer:
    return await transactions.get_text_answer(call.connection, call.path_id("session_id"), _number(call))


def _number(call: Call) -> int:
    number: int = call.request.path_params["question_number"]
    return number


_TEXT = "/v1/sessions/{session_id:uuid}/answers/{question_number:int}/text"

OPERATIONS = [
    Operation(
        "PUT", _TEXT, "Write an answer, where that was granted", put_text_answer, StoredTextAnswer, NewTextAnswer,
        scope="sessions:write", for_candidates=True,
    ),
    Operation(
        "GET", _TEXT, "Get a written answer", get_text_answer, TextAnswer,
        scope="reports:read", for_candidates=True, audit="text-answer.read",
    ),
]  # fmt: skip
