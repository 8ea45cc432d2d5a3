"""Accommodations over HTTP: candidates ask, the enterprise decides."""

from frontends.api.operation import Call, Operation
from storage.accommodations import transactions
from storage.accommodations.records import Accommodation, AccommodationDecision, NewAccommodation


async def request_accommodation(call: Call, new: NewAccommodation) -> Accommodation:
    return await transactions.request_accommodation(call.connection, call.path_id("session_id"), new)


async def get_accommodation(call: Call) -> Accommodation:
    return await transactions.get_accommodation(call.connection, call.path_id("session_id"))


async def decide_accommodation(call: Call, decision: AccommodationDecision) -> Accommodation:
    return await transactions.decide_accommodation(call.connection, call.path_id("session_id"), decision)


_ACCOMMODATION = "/v1/sessions/{session_id:uuid}/accommodation"

OPERATIONS = [
    Operation(
        "POST", _ACCOMMODATION, "Ask for an accommodation: more time, sound alone, written answers",
        request_accommodation, Accommodation, NewAccommodation, 201, scope="sessions:write", for_candidates=True,
    ),
    Operation(
        "GET", _ACCOMMODATION, "Get what was asked for and decided", get_accommodation, Accommodation,
        scope="sessions:read", for_candidates=True,
    ),
    Operation(
        "POST", f"{_ACCOMMODATION}/decision", "Grant or decline an accommodation", decide_accommodation, Accommodation,
        AccommodationDecision, scope="sessions:write",
    ),
]  # fmt: skip
