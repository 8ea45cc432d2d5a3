"""What an event is."""

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, Field

EventKind = Literal["state", "take", "transcript", "observation", "flag", "delay"]


class Event(BaseModel):
    """Something that happened in a session. `data` depends on the kind:

    state: {state}. take: {take_id, question_number, number, state}, with {missing} where chunks are lost.
    transcript: {take_id, question_number, words, text}, one stretch of speech. observation: {take_id, question_number,
    observation}. flag: {take_id, question_number, flag}. delay: {reason}, when analysis falls behind.
    """

    id: int = Field(description="place in the order of all events: replay starts after it")
    kind: EventKind
    data: dict[str, Any]
    created_at: AwareDatetime
