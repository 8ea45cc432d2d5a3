"""Tell a candidate what a person decided: nothing is told that was not decided."""

from uuid import UUID

from storage.candidates.transactions import get_candidate
from storage.database import Connection
from storage.decisions.records import DecisionKind
from storage.decisions.transactions import newest_decision
from storage.errors import Conflict
from storage.interviews.transactions import get_interview
from storage.messages.records import Channel, Message, NewMessage, ResultDecision
from storage.messages.transactions import queue_message
from storage.sessions.transactions import get_session

_TOLD: dict[DecisionKind, ResultDecision] = {"next_round": "next_round", "offer": "offer", "rejected": "rejected"}


async def tell_result(connection: Connection, session_id: UUID, channel: Channel, contact: str | None) -> Message:
    """Queue a message with the decision that counts; raises NotFound, or Conflict where there is none to tell."""
    session = await get_session(connection, session_id)
    decision = await newest_decision(connection, session_id)
    if decision is None or decision.decision not in _TOLD:
        raise Conflict("no-result", "There is no offer, next round or rejection to tell: decide first.")
    candidate = await get_candidate(connection, session.candidate_id)
    interview = await get_interview(connection, session.interview_id)
    message = NewMessage(
        kind="result",
        channel=channel,
        language=candidate.language or interview.language,
        candidate_id=candidate.id,
        session_id=session.id,
        decision=_TOLD[decision.decision],
        contact=contact,
    )
    return await queue_message(connection, connection.organisation_id, message)
