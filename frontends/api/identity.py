"""Who sits an interview: one-time codes and comparisons of faces over HTTP."""

from anyio import to_thread

from frontends.api.operation import Call, Operation
from models.report.session_flags import identity_check_flag
from storage.errors import Conflict
from storage.identity import faces, transactions
from storage.identity.records import FaceCheck, GivenCode, NewCode, NewFaceCheck, Reference, SentCode, Verified
from storage.interviews.transactions import get_interview
from storage.sessions.transactions import get_session


async def send_identity_code(call: Call, new: NewCode) -> SentCode:
    return await transactions.send_code(call.connection, call.path_id("session_id"), new.channel)


async def verify_identity_code(call: Call, given: GivenCode) -> Verified:
    # A wrong attempt counts: what refuses it must not roll it back.
    async with call.transaction() as connection:
        refusal = await transactions.verify_code(connection, call.path_id("session_id"), given.code)
    if refusal is not None:
        raise refusal
    return Verified(verified=True)


async def check_face(call: Call, new: NewFaceCheck) -> FaceCheck:
    # No transaction waits for S3 and the engines.
    session_id = call.path_id("session_id")
    reference: Reference = "photo" if new.document is None else "document"
    async with call.transaction() as connection:
        await faces.check_may_compare(connection, session_id)
        session = await get_session(connection, session_id)
        interview = await get_interview(connection, session.interview_id)
        key = await faces.photo_on_file(connection, session_id) if new.document is None else None
    reference_picture = new.document if key is None else await _read(call, key)
    assert reference_picture is not None  # one of both was given
    found = await call.services.live.compare(call.organisation_id, session_id, new.live, reference_picture)
    flag = identity_check_flag(interview.language, found.verdict)
    async with call.transaction() as connection:
        await faces.store_face_check(
            connection, session_id, reference, found, None if flag is None else flag.model_dump()
        )
    return FaceCheck(verdict=found.verdict, reason=found.reason)


async def _read(call: Call, key: str) -> bytes:
    try:
        return await to_thread.run_sync(call.services.media.read, key)
    except FileNotFoundError:
        raise Conflict("photo-missing", "The photo on file is gone: show a document.") from None


_IDENTITY = "/v1/sessions/{session_id:uuid}/identity"

OPERATIONS = [
    Operation(
        "POST", f"{_IDENTITY}/codes", "Send the candidate a one-time code", send_identity_code, SentCode, NewCode, 202,
        scope="sessions:write", for_candidates=True,
    ),
    Operation(
        "POST", f"{_IDENTITY}/codes/verify", "Prove who the candidate is with the code", verify_identity_code, Verified,
        GivenCode, scope="sessions:write", for_candidates=True, own_transactions=True,
    ),
    Operation(
        "POST", f"{_IDENTITY}/face", "Compare the live face with a document or the photo on file", check_face,
        FaceCheck, NewFaceCheck, scope="sessions:write", for_candidates=True, own_transactions=True,
    ),
]  # fmt: skip
