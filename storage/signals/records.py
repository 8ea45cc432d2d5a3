"""What a signal is."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

# No interview lasts longer than a day.
_Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]
MAX_AT_ONCE = 100
MAX_PER_SESSION = 500

SignalKind = Literal[
    "tab_hidden",  # the page was not to be seen: another tab, or another app
    "window_blurred",  # the page was seen, and another window was used
    "camera_lost",
    "microphone_muted",
    "paste",  # detail: characters pasted into a written answer
    "device_changed",
]


class NewSignal(BaseModel):
    """Something the page noticed: within a take, while a question was shown, or between questions."""

    model_config = ConfigDict(extra="forbid")

    kind: SignalKind
    take_id: UUID | None = None
    question_number: int | None = Field(default=None, ge=1, le=1000, description="the take's, where there is one")
    start_s: _Seconds = Field(description="seconds from the take's start; without one, from when it was asked")
    end_s: _Seconds
    detail: int | None = Field(default=None, ge=0, le=1_000_000, description="paste: how many characters")

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Self:
        if self.end_s < self.start_s:
            raise ValueError("end_s must not be before start_s")
        return self


class NewSignals(BaseModel):
    """What a page noticed since it last told."""

    model_config = ConfigDict(extra="forbid")

    items: list[NewSignal] = Field(min_length=1, max_length=MAX_AT_ONCE)


class StoredSignals(BaseModel):
    """How many of them were kept: a session has at most 500, and none where the candidate declined the AI."""

    stored: int


class Signal(NewSignal):
    """A signal that was kept."""

    id: int
