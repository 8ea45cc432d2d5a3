"""Make, read and change members."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from storage.database import Connection, fetch_known, fetch_one
from storage.errors import Conflict
from storage.members.records import Member, MemberChanges, MemberQuery, NewMember
from storage.paging import Page, fetch_page
from storage.sql import load_queries
from storage.updates import update_row

_QUERIES = load_queries(__file__)
_EXISTS = Conflict("member-exists", "A member with this address exists already.")


async def create_member(connection: Connection, new: NewMember) -> Member:
    """Store a new member; raises Conflict where one has this address."""
    fields = connection.fields
    # While keys are rotated, a member may still be found under the older one alone.
    if await fetch_one(connection, _QUERIES["known"], {"email_indexes": fields.indexes(new.email)}) is not None:
        raise _EXISTS
    row = await fetch_one(
        connection,
        _QUERIES["insert"],
        {
            "name": new.name,
            "role": new.role,
            "email": fields.encrypt(new.email),
            "email_index": fields.index(new.email),
        },
    )
    if row is None:
        raise _EXISTS
    return _member(connection, row)


async def get_member(connection: Connection, member_id: UUID) -> Member:
    """One member; raises NotFound."""
    row = await fetch_known(connection, _QUERIES["member"], {"id": member_id}, "member")
    return _member(connection, row)


async def list_members(connection: Connection, query: MemberQuery) -> Page[Member]:
    """The members of the organisation, disabled ones as well."""
    return await fetch_page(
        connection, _QUERIES["members"], query.model_dump(), Member, query, query.sort, fields=("email",)
    )


async def change_member(connection: Connection, member_id: UUID, version: int, changes: MemberChanges) -> Member:
    """Change a member's name or role, disable or enable them.

    Raises NotFound, Changed, or Conflict where no admin would be left.
    """
    columns: dict[str, Any] = changes.model_dump(exclude_unset=True, exclude={"disabled"})
    if "disabled" in changes.model_fields_set:
        columns["disabled_at"] = datetime.now(UTC) if changes.disabled else None
    before = await get_member(connection, member_id)
    await update_row(connection, "members", "member", member_id, version, columns)
    member = await get_member(connection, member_id)
    was_admin = before.role == "admin" and before.disabled_at is None
    if was_admin and (member.role != "admin" or member.disabled_at is not None):
        others = await fetch_one(connection, _QUERIES["other_admins"], {"id": member_id})
        if others is None or others["admins"] == 0:
            raise Conflict("last-admin", "An organisation keeps at least one admin: make another first.")
    return member


def _member(connection: Connection, row: dict[str, Any]) -> Member:
    return Member.model_validate(row | {"email": connection.fields.decrypt(row["email"])})
