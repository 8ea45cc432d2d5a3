"""A candidate's rights over HTTP: a copy of all that is held, and erasure; and what is kept after it."""

from starlette.responses import StreamingResponse

from frontends.api.operation import Call, Operation
from storage.audit.transactions import record_audit
from storage.candidates.transactions import get_candidate
from storage.paging import Page
from storage.retention import transactions
from storage.retention.export import export_candidate as export
from storage.retention.records import DecisionRecord, Erasure, ErasureQuery


async def export_candidate(call: Call) -> StreamingResponse:
    candidate_id = call.path_id("candidate_id")
    async with call.transaction() as connection:
        await get_candidate(connection, candidate_id)
        await record_audit(connection, "candidate.exported", "candidate", candidate_id)
    content = export(call.services.database, call.services.media, call.organisation_id, candidate_id)
    headers = {
        "Content-Disposition": f'attachment; filename="candidate-{candidate_id}.zip"',
        "Content-Encoding": "identity",  # a ZIP is compressed already
        "Cache-Control": "no-store",
    }
    return StreamingResponse(content, media_type="application/zip", headers=headers)


async def erase_candidate(call: Call) -> Erasure:
    erasure, withdrawn = await transactions.request_erasure(call.connection, call.path_id("candidate_id"))

    async def let_go() -> None:
        for session_id in withdrawn:
            await call.services.live.let_go(session_id)

    call.afterwards(let_go)
    return erasure


async def list_erasures(call: Call) -> Page[Erasure]:
    return await transactions.list_erasures(call.connection, call.query)


async def get_erasure(call: Call) -> Erasure:
    return await transactions.get_erasure(call.connection, call.path_id("erasure_id"))


async def get_decision_record(call: Call) -> DecisionRecord:
    return await transactions.get_record(call.connection, call.path_id("session_id"))


_CANDIDATE = "/v1/candidates/{candidate_id:uuid}"

OPERATIONS = [
    Operation(
        "GET", f"{_CANDIDATE}/export", "Get all that is held about a candidate, as a ZIP", export_candidate, None,
        scope="privacy:write", own_transactions=True, content_type="application/zip",
    ),
    Operation(
        "POST", f"{_CANDIDATE}/erasure", "Erase a candidate", erase_candidate, Erasure, None, 202,
        scope="privacy:write",
    ),
    Operation(
        "GET", "/v1/erasures", "List erasures", list_erasures, Page[Erasure], scope="privacy:read", query=ErasureQuery
    ),
    Operation(
        "GET", "/v1/erasures/{erasure_id:uuid}", "Get an erasure and its proof", get_erasure, Erasure,
        scope="privacy:read",
    ),
    Operation(
        "GET", "/v1/sessions/{session_id:uuid}/decision-record",
        "Get what is kept of a report whose transcript is erased", get_decision_record, DecisionRecord,
        scope="reports:read", audit="decision-record.read",
    ),
]  # fmt: skip
