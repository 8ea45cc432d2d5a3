"""Takes over HTTP: chunks are announced, uploaded straight to S3 and acknowledged; then the take is finished."""

from typing import Any

from anyio import to_thread

from frontends.api.operation import Call, Operation
from storage.media.records import Completion, Upload, chunk_key
from storage.takes import chunks, transactions
from storage.takes.records import (
    AnswerList,
    Chunk,
    ChunkList,
    Finish,
    NewChunk,
    NewTake,
    StartedChunk,
    StartedTake,
    Take,
)


async def start_take(call: Call, new: NewTake) -> StartedTake:
    upload = None
    take = await transactions.start_take(
        call.connection,
        call.path_id("session_id"),
        call.request.path_params["question_number"],
        new.content_type,
        new.device_id,
    )
    if new.size is not None and new.sha256 is not None:
        whole = NewChunk(number=0, size=new.size, sha256=new.sha256)
        await chunks.announce_chunk(call.connection, take, whole)
        upload = _upload(call, take, whole)
    return StartedTake(**take.model_dump(), upload=upload)


async def list_answers(call: Call) -> AnswerList:
    return await transactions.session_answers(call.connection, call.path_id("session_id"))


async def get_take(call: Call) -> Take:
    return await transactions.get_take(call.connection, call.path_id("take_id"))


async def start_chunk(call: Call, new: NewChunk) -> StartedChunk:
    take = await transactions.get_take(call.connection, call.path_id("take_id"))
    await chunks.announce_chunk(call.connection, take, new)
    return StartedChunk(number=new.number, upload=_upload(call, take, new))


async def complete_chunk(call: Call, completion: Completion) -> Chunk:
    return await _acknowledge(call, call.request.path_params["number"], completion)


async def list_chunks(call: Call) -> ChunkList:
    take = await transactions.get_take(call.connection, call.path_id("take_id"))
    return await chunks.list_chunks(call.connection, take)


async def finish_take(call: Call, finish: Finish) -> Take:
    take = await transactions.finish_take(call.connection, call.path_id("take_id"), finish)
    call.afterwards(lambda: call.services.live.tell(call.organisation_id, take.session_id, take.id))
    return take


async def complete_take(call: Call, completion: Completion) -> Take:
    await _acknowledge(call, 0, completion)
    async with call.transaction() as connection:
        take = await transactions.finish_take(connection, call.path_id("take_id"), Finish(chunks=1))
    await call.services.live.tell(call.organisation_id, take.session_id, take.id)
    return take


async def _acknowledge(call: Call, number: int, completion: Completion) -> Chunk:
    # No transaction waits for S3: were it slow, the calls that wait would hold every connection.
    take_id = call.path_id("take_id")
    async with call.transaction() as connection:
        take = await transactions.get_take(connection, take_id)
        chunk = await chunks.get_chunk(connection, take_id, number)
    chunks.check_announced(chunk, completion)
    if chunk.stored_at is None:
        key = chunk_key(call.organisation_id, take_id, number)
        await to_thread.run_sync(call.services.media.check, key, chunk.size, bytes.fromhex(chunk.sha256))
        async with call.transaction() as connection:
            chunk = await chunks.store_chunk(connection, take, chunk)
        await call.services.live.tell(call.organisation_id, take.session_id, take.id)
    return chunk


def _upload(call: Call, take: Take, chunk: NewChunk) -> Upload:
    key = chunk_key(call.organisation_id, take.id, chunk.number)
    return call.services.media.presign(key, take.content_type, chunk.size, bytes.fromhex(chunk.sha256))


_TAKES = "/v1/sessions/{session_id:uuid}/answers/{question_number:int}/takes"
_TAKE = "/v1/takes/{take_id:uuid}"
_CHUNK = f"{_TAKE}/chunks/{{number:int}}"

_BY_CANDIDATES: dict[str, Any] = {"scope": "sessions:write", "for_candidates": True}

OPERATIONS = [
    Operation(
        "GET", "/v1/sessions/{session_id:uuid}/answers", "List a session's answers and their takes", list_answers,
        AnswerList, scope="sessions:read", for_candidates=True,
    ),
    Operation(
        "POST", _TAKES, "Start a take; a whole recording gets its upload", start_take, StartedTake, NewTake, 201,
        **_BY_CANDIDATES,
    ),
    Operation("GET", _TAKE, "Get a take", get_take, Take, scope="sessions:read", for_candidates=True),
    Operation(
        "POST", f"{_TAKE}/chunks", "Announce a chunk and get its upload", start_chunk, StartedChunk, NewChunk, 201,
        **_BY_CANDIDATES,
    ),
    Operation(
        "GET", f"{_TAKE}/chunks", "List stored and missing chunks", list_chunks, ChunkList,
        scope="sessions:read", for_candidates=True,
    ),
    Operation(
        "POST", f"{_CHUNK}/complete", "Say that a chunk is uploaded", complete_chunk, Chunk, Completion,
        **_BY_CANDIDATES, own_transactions=True,
    ),
    Operation("POST", f"{_TAKE}/finish", "Finish a take of chunks", finish_take, Take, Finish, **_BY_CANDIDATES),
    Operation(
        "POST", f"{_TAKE}/complete", "Say that a whole recording is uploaded", complete_take, Take, Completion,
        **_BY_CANDIDATES, own_transactions=True,
    ),
]  # fmt: skip
