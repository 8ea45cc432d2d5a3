"""What a candidate's page noticed, over HTTP."""

from frontends.api.operation import Call, Operation
from storage.signals import transactions
from storage.signals.records import NewSignals, StoredSignals


async def create_signals(call: Call, new: NewSignals) -> StoredSignals:
    return await transactions.store_signals(call.connection, call.path_id("session_id"), new)


OPERATIONS = [
    Operation(
        "POST", "/v1/sessions/{session_id:uuid}/signals", "Tell what the candidate's page noticed", create_signals,
        StoredSignals, NewSignals, 201, scope="sessions:write", for_candidates=True,
    ),
]  # fmt: skip
