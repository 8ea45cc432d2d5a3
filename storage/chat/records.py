"""What is written in a chat."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class NewChatMessage(BaseModel):
    """Something that is about to be written."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=2000)


class ChatMessage(NewChatMessage):
    """Something that was written: the data of an event of kind chat."""

    author: Literal["candidate", "organisation"]
