"""Résumés over HTTP: uploaded straight to S3, read soon after."""

from frontends.api.operation import Call, Operation
from frontends.api.uploads import confirm_upload
from storage.candidates.transactions import get_candidate
from storage.errors import Conflict
from storage.media.records import Completion, Upload
from storage.resumes import transactions
from storage.resumes.records import RESUME_TYPE, NewResume, Resume, resume_key


async def start_resume(call: Call, new: NewResume) -> Upload:
    candidate_id, sha256 = call.path_id("candidate_id"), bytes.fromhex(new.sha256)
    await transactions.announce_resume(call.connection, candidate_id, new)
    key = resume_key(call.organisation_id, candidate_id, sha256)
    return call.services.media.presign(key, RESUME_TYPE, new.size, sha256)


async def complete_resume(call: Call, completion: Completion) -> Resume:
    candidate_id = call.path_id("candidate_id")
    async with call.transaction() as connection:
        await get_candidate(connection, candidate_id)
        announced = await transactions.find_resume(connection, candidate_id)
    if announced is None:
        raise Conflict("resume-not-announced", "Announce the résumé first: POST it to the candidate's resume.")
    sha256 = bytes.fromhex(announced.sha256)
    key = resume_key(call.organisation_id, candidate_id, sha256)
    await confirm_upload(call, key, announced.size, sha256, completion)
    async with call.transaction() as connection:
        return await transactions.store_resume(connection, candidate_id, completion.sha256)


async def get_resume(call: Call) -> Resume:
    return await transactions.get_resume(call.connection, call.path_id("candidate_id"))


_RESUME = "/v1/candidates/{candidate_id:uuid}/resume"

OPERATIONS = [
    Operation(
        "POST", _RESUME, "Announce a résumé (PDF, DOCX, text) and get its upload", start_resume, Upload, NewResume, 201,
        scope="candidates:write",
    ),
    Operation(
        "POST", f"{_RESUME}/complete", "Say that the résumé is uploaded", complete_resume, Resume, Completion,
        scope="candidates:write", own_transactions=True,
    ),
    Operation(
        "GET", _RESUME, "Get the résumé's text and skills", get_resume, Resume,
        scope="candidates:read", audit="resume.read",
    ),
]  # fmt: skip
