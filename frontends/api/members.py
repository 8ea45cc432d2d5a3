"""Members over HTTP."""

from frontends.api.operation import Call, Operation
from storage.members import transactions
from storage.members.records import Member, MemberChanges, MemberQuery, NewMember
from storage.paging import Page


async def create_member(call: Call, new: NewMember) -> Member:
    return await transactions.create_member(call.connection, new)


async def list_members(call: Call) -> Page[Member]:
    return await transactions.list_members(call.connection, call.query)


async def get_member(call: Call) -> Member:
    return await transactions.get_member(call.connection, call.path_id("member_id"))


async def change_member(call: Call, changes: MemberChanges) -> Member:
    return await transactions.change_member(call.connection, call.path_id("member_id"), call.version, changes)


_MEMBERS = "/v1/members"
_MEMBER = f"{_MEMBERS}/{{member_id:uuid}}"

OPERATIONS = [
    Operation("POST", _MEMBERS, "Add a member", create_member, Member, NewMember, 201, scope="members:write"),
    Operation("GET", _MEMBERS, "List members", list_members, Page[Member], scope="members:read", query=MemberQuery),
    Operation("GET", _MEMBER, "Get a member", get_member, Member, scope="members:read"),
    Operation("PATCH", _MEMBER, "Change a member", change_member, Member, MemberChanges, scope="members:write"),
]
