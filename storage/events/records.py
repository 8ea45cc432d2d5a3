"""What an event is."""

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, Field

EventKind = Literal["state", "take", "transcript", "observation", "flag", "delay", "chat", "device", "accommodation"]


class Event(BaseModel):
    """Something that happened in a session. `data` depends on the kind:

    state: {state}. take: {take_id, question_number, number, state}, with {missing} where chunks are lost.
    transcript: {take_id, question_number, words, text, is_final}, one stretch of speech; it replaces what earlier
    events that are not final said of its time and later. observation: {take_id, question_number, observation}, of
    which the candidate's page tells those with label page: take and question are null where it was between them. For a
    speech_rate also {own_start, norm}: the take's first such rate, and what is usual for the position or null.
    flag: {take_id, question_number, flag}, both null where it is about the session as a whole. delay: {reason}, when
    analysis falls behind: pictures-left-out or transcript-waits, both with {take_id, question_number}, or report-waits.
    No delay loses anything for the report. chat: {author, text}; author is candidate or organisation. device:
    {device_id}, the one that the candidate sits at from now on. accommodation: {state}.

    Candidates see kinds state, take, chat, device and accommodation alone.
    """

    id: int = Field(description="place in the order of all events: replay starts after it")
    kind: EventKind
    data: dict[str, Any]
    created_at: AwareDatetime
