"""Takes over HTTP: announce a recording, upload it straight to S3, complete it."""

from anyio import to_thread

from frontends.api.operation import Call, Operation
from storage.errors import Conflict
from storage.media.records import Completion, NewRecording, Upload, take_key
from storage.takes import transactions
from storage.takes.records import StartedTake, Take


async def start_take(call: Call, new: NewRecording) -> StartedTake:
    async with call.transaction() as connection:
        take = await transactions.start_take(
            connection, call.path_id("session_id"), call.request.path_params["question_number"], new
        )
    return StartedTake(**take.model_dump(), upload=_upload(call, take))


async def get_take(call: Call) -> Take:
    async with call.transaction() as connection:
        return await transactions.get_take(connection, call.path_id("take_id"))


async def renew_upload(call: Call) -> Upload:
    take = await get_take(call)
    if take.state != "uploading":
        raise Conflict(f"take-{take.state}", f"The take is {take.state}: it needs no upload.")
    return _upload(call, take)


async def complete_take(call: Call, completion: Completion) -> Take:
    take = await get_take(call)
    transactions.check_announced(take, completion.size, completion.sha256)
    key, sha256 = take_key(call.organisation_id, take.id), bytes.fromhex(take.sha256)
    await to_thread.run_sync(call.services.media.check, key, take.size, sha256)
    async with call.transaction() as connection:
        return await transactions.store_take(connection, take.id)


def _upload(call: Call, take: Take) -> Upload:
    key = take_key(call.organisation_id, take.id)
    return call.services.media.presign(key, take.content_type, take.size, bytes.fromhex(take.sha256))


_TAKES = "/v1/sessions/{session_id:uuid}/answers/{question_number:int}/takes"

OPERATIONS = [
    Operation("POST", _TAKES, "Start a take and get its upload", start_take, StartedTake, NewRecording, 201),
    Operation("GET", "/v1/takes/{take_id:uuid}", "Get a take", get_take, Take),
    Operation("POST", "/v1/takes/{take_id:uuid}/upload", "Get a fresh upload of a take", renew_upload, Upload),
    Operation(
        "POST", "/v1/takes/{take_id:uuid}/complete", "Say that a take is uploaded", complete_take, Take, Completion
    ),
]
