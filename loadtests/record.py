"""What happened to a simulated candidate. All times are seconds of `time.monotonic`."""

from dataclasses import dataclass, field
from typing import Literal

CallName = Literal[
    "start take", "announce chunk", "upload chunk", "complete chunk", "list chunks", "finish take", "submit"
]


@dataclass(frozen=True)
class Call:
    """One request: when it began, the seconds it took, the bytes it sent as media, and the error it met, if any."""

    name: CallName
    began: float
    seconds: float
    media_bytes: int = 0
    error: Exception | None = None


@dataclass(frozen=True)
class Acknowledgement:
    """A chunk that the front acknowledged: when the recorder had delivered it, and when the acknowledgement came."""

    number: int
    delivered_at: float
    acknowledged_at: float

    @property
    def seconds(self) -> float:
        """From delivered to acknowledged: waiting for earlier chunks, announcement, upload, completion, retries."""
        return self.acknowledged_at - self.delivered_at


@dataclass
class PlayedTake:
    """One take. `began_at` is the recording's zero: what is said at its second t was spoken at began_at + t / speed.

    gaps: chunks that were missing when the take was finished. finished_at: None where the candidate left before.
    """

    id: str
    question: int
    began_at: float
    acknowledged: list[Acknowledgement] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)
    finished_at: float | None = None


@dataclass
class Record:
    """One candidate's sitting. submitted_at: None where the candidate left half-way or was told not to submit."""

    session_id: str
    calls: list[Call] = field(default_factory=list)
    takes: list[PlayedTake] = field(default_factory=list)
    submitted_at: float | None = None

    def seconds(self, name: CallName) -> list[float]:
        """How long each request of that name took that succeeded."""
        return [call.seconds for call in self.calls if call.name == name and call.error is None]
