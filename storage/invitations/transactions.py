"""Invite candidates one by one, list invitations and call them off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

from pydantic import SecretStr

from storage.candidates.transactions import create_candidate, get_candidate
from storage.database import Connection, fetch_known
from storage.errors import Conflict, Invalid
from storage.interviews.records import Interview
from storage.interviews.transactions import get_interview
from storage.invitations.records import Channel, CreatedInvitation, Invitation, InvitationQuery, NewInvitation
from storage.invitations.tokens import GRACE_S, new_token, token_hash
from storage.messages.records import Language, Message, NewMessage
from storage.messages.transactions import cancel_messages, queue_message, queue_messages
from storage.paging import Page, fetch_page
from storage.sessions.records import OPEN_STATES
from storage.sessions.transactions import ensure_session, get_session
from storage.sql import load_queries

_QUERIES = load_queries(__file__)

# Long enough to find an hour and a quiet place.
_REMINDED_BEFORE = timedelta(days=1)


async def invite(connection: Connection, interview_id: UUID, new: NewInvitation, public_url: str) -> CreatedInvitation:
    """Invite a candidate to a published interview: their application, session, invitation, and the message to them.

    A candidate who has a session already is invited to it again. Raises NotFound, Conflict where the interview is not
    published or the session is over, Invalid where the candidate cannot be reached so.
    """
    interview = await get_interview(connection, interview_id)
    if new.candidate is not None:
        candidate = await create_candidate(connection, new.candidate)
    else:
        assert new.candidate_id is not None  # one of the two is named
        candidate = await get_candidate(connection, new.candidate_id)
    address = {"link": "", "mail": candidate.email, "sms": candidate.phone}[new.channel]
    if address is None:
        missing = "email" if new.channel == "mail" else "phone"
        raise Invalid("candidate-unreachable", f"The candidate has no {missing}.", "/channel")
    session = await ensure_session(connection, interview, candidate.id)
    invitation_id, url = await _store(connection, session.id, new.channel, public_url)
    if new.channel != "link":
        told = Told(new.channel, candidate.language or interview.language, candidate.id, session.id, url)
        await queue_invitations(connection, interview, [told])
    invitation = await get_invitation(connection, invitation_id)
    return CreatedInvitation(**invitation.model_dump(), token=url.partition("#")[2], url=url)


async def remind(
    connection: Connection, session_id: UUID, channel: Literal["mail", "sms"], public_url: str, at: datetime | None
) -> Message:
    """Remind a candidate of their interview, with a new link.

    Raises NotFound, or Conflict where the session is over.
    """
    session = await get_session(connection, session_id)
    if session.state not in OPEN_STATES:
        raise Conflict(f"session-{session.state}", f"The candidate's session is {session.state}.")
    interview = await get_interview(connection, session.interview_id)
    candidate = await get_candidate(connection, session.candidate_id)
    _, url = await _store(connection, session.id, channel, public_url)
    told = Told(channel, candidate.language or interview.language, candidate.id, session.id, url)
    return await queue_message(connection, connection.organisation_id, told.message("reminder"), at)


@dataclass(frozen=True)
class Told:
    """A candidate who is to be told their link."""

    channel: Literal["mail", "sms"]
    language: Language
    candidate_id: UUID
    session_id: UUID
    url: str

    def message(self, kind: Literal["invitation", "reminder"]) -> NewMessage:
        """The message that brings the candidate their link."""
        return NewMessage(
            kind=kind,
            channel=self.channel,
            language=self.language,
            candidate_id=self.candidate_id,
            session_id=self.session_id,
            link=SecretStr(self.url),
        )


async def queue_invitations(connection: Connection, interview: Interview, people: Sequence[Told]) -> None:
    """Tell people their links now, and remind those who have not come a day before the window closes.

    No reminder comes on the heels of the invitation.
    """
    organisation_id = connection.organisation_id
    await queue_messages(connection, organisation_id, [told.message("invitation") for told in people])
    reminded_at = interview.closes_at - _REMINDED_BEFORE
    if reminded_at > datetime.now(UTC) + _REMINDED_BEFORE:
        await queue_messages(connection, organisation_id, [told.message("reminder") for told in people], reminded_at)


def link(public_url: str, token: str) -> str:
    """A candidate's link. Nobody but the page learns what stands behind #: no proxy, no log, no referrer."""
    return f"{public_url}/interview#{token}"


async def get_invitation(connection: Connection, invitation_id: UUID) -> Invitation:
    """One invitation; raises NotFound."""
    row = await fetch_known(connection, _QUERIES["invitations"], _arguments(id=invitation_id), "invitation")
    return Invitation.model_validate(row)


async def list_invitations(connection: Connection, interview_id: UUID, query: InvitationQuery) -> Page[Invitation]:
    """The invitations to an interview; raises NotFound."""
    await get_interview(connection, interview_id)
    arguments = _arguments(interview_id=interview_id, session_id=query.session_id)
    return await fetch_page(connection, _QUERIES["invitations"], arguments, Invitation, query)


async def revoke_invitation(connection: Connection, invitation_id: UUID) -> Invitation:
    """Call an invitation off: its token opens nothing any more, and what was not sent yet is not sent.

    Again and again gives the same. Raises NotFound.
    """
    await connection.execute(_QUERIES["revoke"], {"id": invitation_id})
    invitation = await get_invitation(connection, invitation_id)
    await cancel_messages(connection, invitation.session_id)
    return invitation


async def _store(connection: Connection, session_id: UUID, channel: Channel, public_url: str) -> tuple[UUID, str]:
    """A new invitation's id, and its link."""
    token, invitation_id = new_token(), uuid4()
    await connection.execute(
        _QUERIES["insert"],
        {"id": invitation_id, "session_id": session_id, "channel": channel, "token_hash": token_hash(token)},
    )
    return invitation_id, link(public_url, token)


def _arguments(
    id: UUID | None = None, interview_id: UUID | None = None, session_id: UUID | None = None
) -> dict[str, object]:
    return {"id": id, "interview_id": interview_id, "session_id": session_id, "grace_s": GRACE_S}
