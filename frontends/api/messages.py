"""Messages to candidates over HTTP: what was sent, sending again, reminding, and telling the result."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from frontends.api.operation import Call, Operation
from frontends.api.public_url import public_url
from storage.invitations.transactions import remind
from storage.messages import transactions
from storage.messages.records import Message, MessageQuery
from storage.messages.results import tell_result
from storage.moments import Moment
from storage.paging import Page

MessageChannel = Literal["mail", "sms"]


class NewReminder(BaseModel):
    """How to remind a candidate of their interview; the link is a new one."""

    model_config = ConfigDict(extra="forbid")

    channel: MessageChannel
    send_at: Moment | None = Field(default=None, description="null: at once")


class NewResult(BaseModel):
    """How to tell a candidate what was decided."""

    model_config = ConfigDict(extra="forbid")

    channel: MessageChannel
    contact: str | None = Field(default=None, min_length=1, max_length=300, description="whom the candidate may ask")


async def list_messages(call: Call) -> Page[Message]:
    return await transactions.list_messages(call.connection, call.query)


async def get_message(call: Call) -> Message:
    return await transactions.get_message(call.connection, call.path_id("message_id"))


async def resend_message(call: Call) -> Message:
    return await transactions.resend_message(call.connection, call.organisation_id, call.path_id("message_id"))


async def create_reminder(call: Call, new: NewReminder) -> Message:
    return await remind(call.connection, call.path_id("session_id"), new.channel, public_url(call), new.send_at)


async def create_result(call: Call, new: NewResult) -> Message:
    return await tell_result(call.connection, call.path_id("session_id"), new.channel, new.contact)


_MESSAGE = "/v1/messages/{message_id:uuid}"
_SESSION = "/v1/sessions/{session_id:uuid}"

OPERATIONS = [
    Operation(
        "GET", "/v1/messages", "List messages to candidates", list_messages, Page[Message],
        scope="sessions:read", query=MessageQuery,
    ),
    Operation("GET", _MESSAGE, "Get a message", get_message, Message, scope="sessions:read"),
    Operation(
        "POST", f"{_MESSAGE}/resend", "Send a message again that failed or may not have arrived", resend_message,
        Message, None, 202, scope="sessions:write",
    ),
    Operation(
        "POST", f"{_SESSION}/reminders", "Remind a candidate, with a new link", create_reminder, Message, NewReminder,
        202, scope="sessions:write",
    ),
    Operation(
        "POST", f"{_SESSION}/results", "Tell a candidate what was decided", create_result, Message, NewResult, 202,
        scope="decisions:write",
    ),
]  # fmt: skip
