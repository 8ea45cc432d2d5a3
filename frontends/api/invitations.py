"""Invitations over HTTP, one by one and by the thousand."""

from contextlib import closing
from typing import cast

from frontends.api.operation import Call, Operation
from frontends.api.public_url import public_url
from storage.invitations import transactions
from storage.invitations.bulk import invite_rows
from storage.invitations.records import BulkResult, CreatedInvitation, Invitation, InvitationQuery, NewInvitation
from storage.invitations.rows import RowsType, read_rows
from storage.paging import Page


async def create_invitation(call: Call, new: NewInvitation) -> CreatedInvitation:
    return await transactions.invite(call.connection, call.path_id("interview_id"), new, public_url(call))


async def create_invitations(call: Call) -> BulkResult:
    # Closed while its file is open, also where it is not read to its end.
    with closing(read_rows(call.uploaded, cast(RowsType, call.content_type))) as rows:
        return await invite_rows(call.connection, call.path_id("interview_id"), rows, public_url(call))


async def list_invitations(call: Call) -> Page[Invitation]:
    return await transactions.list_invitations(call.connection, call.path_id("interview_id"), call.query)


async def revoke_invitation(call: Call) -> Invitation:
    return await transactions.revoke_invitation(call.connection, call.path_id("invitation_id"))


_INVITATIONS = "/v1/interviews/{interview_id:uuid}/invitations"

OPERATIONS = [
    Operation(
        "POST", _INVITATIONS, "Invite a candidate", create_invitation, CreatedInvitation, NewInvitation, 201,
        scope="sessions:write",
    ),
    Operation(
        "POST", f"{_INVITATIONS}/bulk", "Invite up to 10,000 candidates, as CSV or NDJSON", create_invitations,
        BulkResult, scope="sessions:write", uploads=("text/csv", "application/x-ndjson"),
    ),
    Operation(
        "GET", _INVITATIONS, "List the invitations to an interview", list_invitations, Page[Invitation],
        scope="sessions:read", query=InvitationQuery,
    ),
    Operation(
        "POST", "/v1/invitations/{invitation_id:uuid}/revoke", "Call an invitation off", revoke_invitation, Invitation,
        scope="sessions:write",
    ),
]  # fmt: skip
