"""Chat over HTTP: what is written comes back as an event to whoever follows the session."""

from frontends.api.operation import Call, Operation
from storage.chat.records import ChatMessage, NewChatMessage
from storage.chat.transactions import send_chat as store_chat


async def send_chat(call: Call, new: NewChatMessage) -> ChatMessage:
    return await store_chat(call.connection, call.actor, call.path_id("session_id"), new)


OPERATIONS = [
    Operation(
        "POST", "/v1/sessions/{session_id:uuid}/chat", "Write to the candidate, or the candidate to the enterprise",
        send_chat, ChatMessage, NewChatMessage, 201, scope="sessions:write", for_candidates=True,
    ),
]  # fmt: skip
