"""Consent over HTTP: the notice, and what the candidate chooses."""

from frontends.api.operation import Call, Operation
from storage.consents import transactions
from storage.consents.records import Consent, ConsentQuery, NewConsent, Notice, NoticeQuery
from storage.paging import Page


async def get_notice(call: Call) -> Notice:
    return await transactions.get_notice(call.connection, call.path_id("session_id"), call.query.language)


async def give_consent(call: Call, new: NewConsent) -> Consent:
    return await transactions.give_consent(call.connection, call.actor, call.path_id("session_id"), new)


async def list_consents(call: Call) -> Page[Consent]:
    return await transactions.list_consents(call.connection, call.path_id("session_id"), call.query)


_SESSION = "/v1/sessions/{session_id:uuid}"

OPERATIONS = [
    Operation(
        "GET", f"{_SESSION}/notice", "Get the notice to show before recording", get_notice, Notice,
        scope="sessions:read", for_candidates=True, query=NoticeQuery,
    ),
    Operation(
        "POST", f"{_SESSION}/consents", "Store what the candidate chooses", give_consent, Consent, NewConsent, 201,
        scope="sessions:write", for_candidates=True,
    ),
    Operation(
        "GET", f"{_SESSION}/consents", "List the session's consents, the newest first", list_consents, Page[Consent],
        scope="sessions:read", for_candidates=True, query=ConsentQuery,
    ),
]  # fmt: skip
