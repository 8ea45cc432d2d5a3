"""The audit log over HTTP."""

from frontends.api.operation import Call, Operation
from storage.audit.records import AuditEntry, AuditQuery
from storage.audit.transactions import list_audit as fetch_audit
from storage.paging import Page


async def list_audit(call: Call) -> Page[AuditEntry]:
    return await fetch_audit(call.connection, call.query)


OPERATIONS = [
    Operation(
        "GET", "/v1/audit", "Read the audit log, the oldest entry first", list_audit, Page[AuditEntry],
        scope="audit:read", query=AuditQuery,
    ),
]  # fmt: skip
