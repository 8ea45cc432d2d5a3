"""Write in a session's chat. It is read in the session's events, from the beginning or live."""

from uuid import UUID

from storage.access import Actor
from storage.chat.records import ChatMessage, NewChatMessage
from storage.database import Connection
from storage.events.transactions import record_event
from storage.retention.erased import check_not_erased
from storage.sessions.transactions import get_session
from storage.webhooks.messages import announce


async def send_chat(connection: Connection, actor: Actor, session_id: UUID, new: NewChatMessage) -> ChatMessage:
    """Write to the other side; raises NotFound, or Conflict where the candidate was erased."""
    session = await get_session(connection, session_id)
    await check_not_erased(connection, session.candidate_id)
    message = ChatMessage(text=new.text, author="candidate" if actor.kind == "candidate" else "organisation")
    await record_event(connection, session_id, "chat", message.model_dump())
    if message.author == "candidate":
        await announce(connection, connection.organisation_id, "chat.received", {"session_id": session_id})
    return message
