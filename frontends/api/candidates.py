"""Candidates over HTTP, and the photo their identity is compared with."""

from frontends.api.operation import Call, Operation
from frontends.api.uploads import confirm_upload
from storage.candidates import transactions
from storage.candidates.records import Candidate, CandidateChanges, CandidateQuery, NewCandidate
from storage.errors import Conflict
from storage.media.records import Completion, NewPhoto, Upload, photo_key
from storage.paging import Page


async def create_candidate(call: Call, new: NewCandidate) -> Candidate:
    return await transactions.create_candidate(call.connection, new)


async def list_candidates(call: Call) -> Page[Candidate]:
    return await transactions.list_candidates(call.connection, call.query)


async def get_candidate(call: Call) -> Candidate:
    return await transactions.get_candidate(call.connection, call.path_id("candidate_id"))


async def change_candidate(call: Call, changes: CandidateChanges) -> Candidate:
    return await transactions.change_candidate(call.connection, call.path_id("candidate_id"), call.version, changes)


async def start_photo(call: Call, new: NewPhoto) -> Upload:
    candidate_id, sha256 = call.path_id("candidate_id"), bytes.fromhex(new.sha256)
    await transactions.announce_photo(call.connection, candidate_id, new)
    key = photo_key(call.organisation_id, candidate_id, sha256)
    return call.services.media.presign(key, new.content_type, new.size, sha256)


async def complete_photo(call: Call, completion: Completion) -> Candidate:
    candidate_id = call.path_id("candidate_id")
    async with call.transaction() as connection:
        photo = await transactions.get_photo(connection, candidate_id)
    if photo is None:
        raise Conflict("photo-not-announced", "Announce the photo first: POST it to the candidate's photo.")
    key = photo_key(call.organisation_id, candidate_id, photo["sha256"])
    await confirm_upload(call, key, photo["size"], photo["sha256"], completion)
    async with call.transaction() as connection:
        return await transactions.complete_photo(connection, candidate_id, photo["sha256"])


_CANDIDATES = "/v1/candidates"
_CANDIDATE = "/v1/candidates/{candidate_id:uuid}"
_PHOTO = f"{_CANDIDATE}/photo"

OPERATIONS = [
    Operation(
        "POST", _CANDIDATES, "Create a candidate", create_candidate, Candidate, NewCandidate, 201,
        scope="candidates:write",
    ),
    Operation(
        "GET", _CANDIDATES, "List candidates", list_candidates, Page[Candidate],
        scope="candidates:read", query=CandidateQuery, audit="candidate.listed",
    ),
    Operation(
        "GET", _CANDIDATE, "Get a candidate", get_candidate, Candidate, scope="candidates:read", audit="candidate.read"
    ),
    Operation(
        "PATCH", _CANDIDATE, "Change a candidate", change_candidate, Candidate, CandidateChanges,
        scope="candidates:write",
    ),
    Operation(
        "POST", _PHOTO, "Announce a photo and get its upload", start_photo, Upload, NewPhoto, 201,
        scope="candidates:write",
    ),
    Operation(
        "POST", f"{_PHOTO}/complete", "Say that the photo is uploaded", complete_photo, Candidate, Completion,
        scope="candidates:write", own_transactions=True,
    ),
]  # fmt: skip
