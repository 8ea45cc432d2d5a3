"""Candidates over HTTP, and the photo their identity is compared with."""

from anyio import to_thread

from frontends.api.operation import Call, Operation
from storage.candidates import transactions
from storage.candidates.records import Candidate, NewCandidate
from storage.errors import Conflict, Invalid
from storage.media.records import Completion, NewPhoto, Upload, photo_key


async def create_candidate(call: Call, new: NewCandidate) -> Candidate:
    async with call.transaction() as connection:
        return await transactions.create_candidate(connection, new)


async def list_candidates(call: Call) -> list[Candidate]:
    async with call.transaction() as connection:
        return await transactions.list_candidates(connection)


async def get_candidate(call: Call) -> Candidate:
    async with call.transaction() as connection:
        return await transactions.get_candidate(connection, call.path_id("candidate_id"))


async def start_photo(call: Call, new: NewPhoto) -> Upload:
    candidate_id, sha256 = call.path_id("candidate_id"), bytes.fromhex(new.sha256)
    async with call.transaction() as connection:
        await transactions.announce_photo(connection, candidate_id, new)
    key = photo_key(call.organisation_id, candidate_id, sha256)
    return call.services.media.presign(key, new.content_type, new.size, sha256)


async def complete_photo(call: Call, completion: Completion) -> Candidate:
    candidate_id, sha256 = call.path_id("candidate_id"), bytes.fromhex(completion.sha256)
    async with call.transaction() as connection:
        photo = await transactions.get_photo(connection, candidate_id)
    if photo is None:
        raise Conflict("photo-not-announced", "Announce the photo first: POST it to the candidate's photo.")
    if completion.size != photo["size"]:
        raise Invalid("size-mismatch", f"{photo['size']} bytes were announced.", "/size")
    if sha256 != photo["sha256"]:
        raise Invalid("sha256-mismatch", "This is not the SHA-256 that was announced.", "/sha256")
    key = photo_key(call.organisation_id, candidate_id, sha256)
    await to_thread.run_sync(call.services.media.check, key, completion.size, sha256)
    async with call.transaction() as connection:
        return await transactions.complete_photo(connection, candidate_id, sha256)


_PHOTO = "/v1/candidates/{candidate_id:uuid}/photo"

OPERATIONS = [
    Operation("POST", "/v1/candidates", "Create a candidate", create_candidate, Candidate, NewCandidate, 201),
    Operation("GET", "/v1/candidates", "List candidates", list_candidates, list[Candidate]),
    Operation("GET", "/v1/candidates/{candidate_id:uuid}", "Get a candidate", get_candidate, Candidate),
    Operation("POST", _PHOTO, "Announce a photo and get its upload", start_photo, Upload, NewPhoto, 201),
    Operation("POST", f"{_PHOTO}/complete", "Say that the photo is uploaded", complete_photo, Candidate, Completion),
]
