"""A session for its candidate: what the page shows, which device it goes on at, and the questions one by one."""

from uuid import UUID

from frontends.api.operation import Call, Operation
from storage.errors import NotFound
from storage.sittings import transactions
from storage.sittings.records import Seat, Sitting


async def get_sitting(call: Call) -> Sitting:
    if call.actor.session_id is None:
        raise NotFound("sitting")
    return await told_sitting(call, call.actor.session_id)


async def take_seat(call: Call, seat: Seat) -> Sitting:
    await transactions.take_seat(call.connection, call.path_id("session_id"), seat.device_id)
    return await told_sitting(call, call.path_id("session_id"))


async def ask_question(call: Call, seat: Seat) -> Sitting:
    number = call.request.path_params["question_number"]
    await transactions.ask_question(call.connection, call.path_id("session_id"), number, seat.device_id)
    return await told_sitting(call, call.path_id("session_id"))


async def told_sitting(call: Call, session_id: UUID) -> Sitting:
    """The session as its candidate sees it, with URLs to listen to its questions."""
    return await transactions.get_sitting(
        call.connection, session_id, lambda key: call.services.media.presign_download(key).url
    )


_SESSION = "/v1/sessions/{session_id:uuid}"

OPERATIONS = [
    Operation(
        "GET", "/v1/sitting", "Get the session whose token this is, as its candidate sees it", get_sitting, Sitting,
        scope="sessions:read", for_candidates=True,
    ),
    Operation(
        "POST", f"{_SESSION}/device", "Have the session go on at this device", take_seat, Sitting, Seat,
        scope="sessions:write", for_candidates=True,
    ),
    Operation(
        "POST", f"{_SESSION}/answers/{{question_number:int}}/ask", "Ask a question: its time begins", ask_question,
        Sitting, Seat, scope="sessions:write", for_candidates=True,
    ),
]  # fmt: skip
