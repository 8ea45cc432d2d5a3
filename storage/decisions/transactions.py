"""Decide on a session, and read what was decided."""

from uuid import UUID

from psycopg.types.json import Jsonb

from storage.access import Actor
from storage.applications.transactions import move_application
from storage.database import Connection, fetch_one
from storage.decisions.records import Decision, DecisionQuery, NewDecision
from storage.errors import Conflict, Invalid
from storage.interviews.transactions import get_interview
from storage.members.transactions import get_member
from storage.paging import Page, fetch_page
from storage.sessions.records import OPEN_STATES
from storage.sessions.transactions import get_session, lock_session
from storage.sql import load_queries
from storage.webhooks.messages import announce

_QUERIES = load_queries(__file__)


async def decide(connection: Connection, actor: Actor, session_id: UUID, new: NewDecision) -> Decision:
    """Store a person's decision, and move the application to the stage that it names.

    Raises NotFound, Conflict while the candidate is still at it, Invalid where no person decides or a score is of no
    dimension.
    """
    session = await lock_session(connection, session_id)
    if session.state in OPEN_STATES:
        raise Conflict("session-open", f"The session is {session.state}: decide once the candidate is done.")
    interview = await get_interview(connection, session.interview_id)
    unknown = set(new.scores) - {dimension.name for dimension in interview.dimensions}
    if unknown:
        raise Invalid("dimension-unknown", f"The interview does not score: {', '.join(sorted(unknown))}.", "/scores")
    values = {
        "session_id": session_id,
        "member_id": await _who_decides(connection, actor, new),
        "decision": new.decision,
        "reason": new.reason,
        "scores": Jsonb(new.scores),
    }
    decision = Decision.model_validate(await fetch_one(connection, _QUERIES["insert"], values))
    await move_application(connection, session_id, new.decision)
    ids: dict[str, UUID | int | str | None] = {
        "decision_id": decision.id,
        "session_id": session.id,
        "interview_id": session.interview_id,
        "candidate_id": session.candidate_id,
        "decision": decision.decision,
    }
    await announce(connection, actor.organisation_id, "decision.made", ids)
    return decision


async def list_decisions(connection: Connection, session_id: UUID, query: DecisionQuery) -> Page[Decision]:
    """A session's decisions, the newest first; raises NotFound."""
    await get_session(connection, session_id)
    return await fetch_page(connection, _QUERIES["decisions"], {"session_id": session_id}, Decision, query, query.sort)


async def newest_decision(connection: Connection, session_id: UUID) -> Decision | None:
    """The decision that counts, or None while there is none."""
    row = await fetch_one(connection, _QUERIES["newest"], {"session_id": session_id})
    return Decision.model_validate(row) if row else None


async def _who_decides(connection: Connection, actor: Actor, new: NewDecision) -> UUID:
    if actor.kind == "member":
        assert actor.id is not None  # members are known
        if new.member_id not in (None, actor.id):
            raise Invalid("member-other", "You can decide as yourself only.", "/member_id")
        return actor.id
    if new.member_id is None:
        raise Invalid("member-missing", "A person decides: name the member who does.", "/member_id")
    if (await get_member(connection, new.member_id)).disabled_at is not None:
        raise Invalid("member-disabled", "This member is disabled.", "/member_id")
    return new.member_id
