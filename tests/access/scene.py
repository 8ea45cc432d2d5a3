"""An organisation, everyone who may call its API, and makers of what they ask about."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Self
from uuid import UUID, uuid4

import httpx
from api_bodies import interview_body

from models.report.document import Interval, Recommendation, Report
from storage.access import SCOPES, Role
from storage.candidates.records import Candidate, NewCandidate
from storage.candidates.transactions import create_candidate
from storage.database import Connection, Database
from storage.interviews.records import Interview, NewInterview
from storage.interviews.transactions import create_interview
from storage.invitations.records import CreatedInvitation, NewInvitation
from storage.invitations.transactions import invite, revoke_invitation
from storage.keys.transactions import insert_key, revoke_key
from storage.media.records import RecordingType, Upload, chunk_key
from storage.media.store import MediaStore
from storage.members.records import Member, MemberChanges, NewMember
from storage.members.transactions import change_member, create_member
from storage.organisations.transactions import ensure_organisation
from storage.positions.records import NewPosition, Position
from storage.positions.transactions import add_manager, create_position
from storage.reports.transactions import store_report
from storage.sessions.records import Submission
from storage.sessions.transactions import submit_session
from storage.takes.chunks import announce_chunk, get_chunk, store_chunk
from storage.takes.records import Finish, NewChunk, Take
from storage.takes.transactions import finish_take, start_take
from storage.updates import ANY_VERSION

RECORDING = b"a recording"
CHUNK = NewChunk(number=0, size=len(RECORDING), sha256=hashlib.sha256(RECORDING).hexdigest())
VIDEO: RecordingType = "video/webm"

# A member of each role; a hiring manager manages one position, another another.
MEMBERS: dict[str, Role] = {
    "admin": "admin",
    "recruiter": "recruiter",
    "manager": "hiring_manager",
    "other_manager": "hiring_manager",
    "observer": "observer",
    "disabled_member": "admin",
}
# In this order: the last one's window is closed before they call.
CALLERS = (
    *MEMBERS, "key", "scope_alone", "other_scopes", "other_tenant", "expired_key", "revoked_key", "no_key", "garbage",
    "candidate", "other_candidate", "revoked_candidate", "expired_candidate",
)  # fmt: skip


@dataclass(frozen=True)
class Sitting:
    """A session that a candidate was invited to, and the tokens of two invitations to it."""

    session_id: UUID
    candidate_id: UUID
    invitation_id: UUID
    token: str
    revoked_token: str


@dataclass
class Scene:
    """A new organisation; `members` by caller. Whatever a maker makes belongs to its `position`."""

    database: Database
    media: MediaStore
    organisation_id: UUID
    position: Position
    interview: Interview
    members: dict[str, Member]
    sitting: Sitting
    _keys: dict[str, str] = field(default_factory=dict)

    @classmethod
    async def made(cls, database: Database, media: MediaStore) -> Self:
        """The organisation with its members and all their keys."""
        async with database.operator() as connection:
            organisation_id = await ensure_organisation(connection, f"organisation {uuid4()}")
            other_id = await ensure_organisation(connection, f"organisation {uuid4()}")
            other_tenant = (await insert_key(connection, other_id, "test", ["*"])).key
        async with database.transaction(organisation_id) as connection:
            position = await create_position(connection, NewPosition(title="Clerk"))
            members = {name: await new_member(connection, role) for name, role in MEMBERS.items()}
            await change_member(connection, members["disabled_member"].id, ANY_VERSION, MemberChanges(disabled=True))
            await add_manager(connection, position.id, members["manager"].id)
            elsewhere = await create_position(connection, NewPosition(title="Driver"))
            await add_manager(connection, elsewhere.id, members["other_manager"].id)
            interview = await new_interview(connection, position.id)
            sitting = await new_sitting(connection, interview.id)
            insert = partial(insert_key, connection, organisation_id, "test", ["*"])
            keys = {name: (await insert(member_id=member.id)).key for name, member in members.items()}
            revoked = await insert()
            await revoke_key(connection, revoked.id)
            keys |= {
                "key": (await insert()).key,
                "other_tenant": other_tenant,
                "expired_key": (await insert(expires_at=datetime.now(UTC) - timedelta(seconds=1))).key,
                "revoked_key": revoked.key,
                "garbage": "parley_" + "garbage" * 6,
                "other_candidate": (await new_sitting(connection, interview.id)).token,
            }
        return cls(database, media, organisation_id, position, interview, members, sitting, keys)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A transaction of Parley itself for the organisation."""
        async with self.database.transaction(self.organisation_id) as connection:
            yield connection

    async def token(self, caller: str, scope: str, sitting: Sitting) -> str | None:
        """What the caller sends, who asks for something of that scope about that sitting; nobody's is None."""
        if caller in ("candidate", "expired_candidate"):
            return sitting.token
        if caller == "revoked_candidate":
            return sitting.revoked_token
        if caller in ("scope_alone", "other_scopes"):
            scopes: list[str] = [scope] if caller == "scope_alone" else [*SCOPES - {scope}]
            async with self.transaction() as connection:
                return (await insert_key(connection, self.organisation_id, "test", scopes)).key
        return self._keys.get(caller)

    async def close_window(self) -> None:
        """Let the window of the organisation's interviews, and the minutes after it, be over."""
        async with self.database.operator() as connection:
            await connection.execute(
                b"UPDATE interviews SET opens_at = now() - interval '2 h', closes_at = now() - interval '1 h'"
                b" WHERE organisation_id = %s",
                [self.organisation_id],
            )

    async def new_sitting(self) -> Sitting:
        async with self.transaction() as connection:
            return await new_sitting(connection, self.interview.id)

    async def new_take(self, sitting: Sitting) -> Take:
        """A take whose one chunk is announced."""
        async with self.transaction() as connection:
            take = await start_take(connection, sitting.session_id, 1, VIDEO)
            await announce_chunk(connection, take, CHUNK)
            return take

    async def uploaded_take(self, sitting: Sitting) -> Take:
        """A take whose one chunk is announced, and in S3."""
        take = await self.new_take(sitting)
        key = chunk_key(self.organisation_id, take.id, 0)
        await put(self.media.presign(key, VIDEO, len(RECORDING), bytes.fromhex(CHUNK.sha256)), RECORDING)
        return take

    async def stored_take(self, sitting: Sitting, finished: bool = True) -> Take:
        """A take whose one chunk is acknowledged."""
        take = await self.new_take(sitting)
        async with self.transaction() as connection:
            await store_chunk(connection, take, await get_chunk(connection, take.id, 0))
            return await finish_take(connection, take.id, Finish(chunks=1)) if finished else take

    async def reported_sitting(self) -> Sitting:
        """A sitting whose report is there."""
        sitting = await self.new_sitting()
        await self.stored_take(sitting)
        async with self.transaction() as connection:
            await submit_session(connection, self.organisation_id, sitting.session_id, Submission())
            report = _report(sitting, self.interview).model_dump(mode="json")
            assert await store_report(connection, sitting.session_id, report)
        return sitting


async def new_member(connection: Connection, role: Role) -> Member:
    return await create_member(connection, NewMember(name=role, email=f"{uuid4()}@example.org", role=role))


async def new_candidate(connection: Connection) -> Candidate:
    return await create_candidate(connection, NewCandidate(name="Ada", email=f"{uuid4()}@example.org"))


async def new_interview(connection: Connection, position_id: UUID, **changes: Any) -> Interview:
    return await create_interview(connection, NewInterview.model_validate(interview_body(str(position_id), **changes)))


async def new_sitting(connection: Connection, interview_id: UUID) -> Sitting:
    candidate_id = (await new_candidate(connection)).id

    async def invitation() -> CreatedInvitation:
        return await invite(connection, interview_id, NewInvitation(candidate_id=candidate_id), "http://parley")

    made, revoked = await invitation(), await invitation()
    await revoke_invitation(connection, revoked.id)
    return Sitting(made.session_id, candidate_id, made.id, made.token, revoked.token)


async def put(upload: Upload, body: bytes) -> None:
    async with httpx.AsyncClient() as s3:
        (await s3.put(upload.url, headers=upload.headers, content=body)).raise_for_status()


def _report(sitting: Sitting, interview: Interview) -> Report:
    return Report(
        session_id=str(sitting.session_id),
        interview_id=str(interview.id),
        interview_title=interview.title,
        candidate_id=str(sitting.candidate_id),
        language=interview.language,
        created_at=datetime.now(UTC).isoformat(),
        composite=Interval(score=70, low=60, high=80),
        dimensions=(),
        answers=(),
        flags=(),
        recommendation=Recommendation(code="unsure", words="A person decides."),
        models={},
        processing_seconds={},
    )
