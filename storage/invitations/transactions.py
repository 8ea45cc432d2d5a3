"""Invite candidates one by one, list invitations and call them off."""

from uuid import UUID, uuid4

from pydantic import SecretStr

from storage.candidates.transactions import create_candidate, get_candidate
from storage.database import Connection, fetch_one
from storage.errors import Invalid, NotFound
from storage.interviews.transactions import get_interview
from storage.invitations.records import Channel, CreatedInvitation, Invitation, InvitationQuery, NewInvitation
from storage.invitations.tokens import GRACE_S, new_token, token_hash
from storage.messages.records import NewMessage
from storage.messages.transactions import queue_message
from storage.paging import Page, fetch_page
from storage.sessions.transactions import ensure_session
from storage.sql import load_queries

_QUERIES = load_queries(__file__)


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
    token, invitation_id = new_token(), uuid4()
    await connection.execute(
        _QUERIES["insert"],
        {"id": invitation_id, "session_id": session.id, "channel": new.channel, "token_hash": token_hash(token)},
    )
    url = link(public_url, token)
    if new.channel != "link":
        await queue_message(
            connection, connection.organisation_id, invitation_message(new.channel, candidate.id, session.id, url)
        )
    invitation = await get_invitation(connection, invitation_id)
    return CreatedInvitation(**invitation.model_dump(), token=token, url=url)


def link(public_url: str, token: str) -> str:
    """A candidate's link. Nobody but the page learns what stands behind #: no proxy, no log, no referrer."""
    return f"{public_url}/interview#{token}"


def invitation_message(channel: Channel, candidate_id: UUID, session_id: UUID, url: str) -> NewMessage:
    """The message that brings the candidate their link."""
    assert channel != "link"  # nothing is sent then
    return NewMessage(
        kind="invitation", channel=channel, candidate_id=candidate_id, session_id=session_id, link=SecretStr(url)
    )


async def get_invitation(connection: Connection, invitation_id: UUID) -> Invitation:
    """One invitation; raises NotFound."""
    row = await fetch_one(connection, _QUERIES["invitations"], _arguments(id=invitation_id))
    if row is None:
        raise NotFound("invitation")
    return Invitation.model_validate(row)


async def list_invitations(connection: Connection, interview_id: UUID, query: InvitationQuery) -> Page[Invitation]:
    """The invitations to an interview; raises NotFound."""
    await get_interview(connection, interview_id)
    arguments = _arguments(interview_id=interview_id, session_id=query.session_id)
    return await fetch_page(connection, _QUERIES["invitations"], arguments, Invitation, query)


async def revoke_invitation(connection: Connection, invitation_id: UUID) -> Invitation:
    """Call an invitation off: its token opens nothing any more; again and again gives the same. Raises NotFound."""
    await connection.execute(_QUERIES["revoke"], {"id": invitation_id})
    return await get_invitation(connection, invitation_id)


def _arguments(
    id: UUID | None = None, interview_id: UUID | None = None, session_id: UUID | None = None
) -> dict[str, object]:
    return {"id": id, "interview_id": interview_id, "session_id": session_id, "grace_s": GRACE_S}
