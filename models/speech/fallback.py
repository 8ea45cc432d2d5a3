"""A second engine answers where the first fails or takes too long."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from models.speech.contract import Capabilities, Recognizer, Segment
from models.speech.transcript import Transcript

# failed: the primary raised; late: it did not answer in time; busy: it still had not answered an earlier batch.
Reason = Literal["failed", "late", "busy"]


@dataclass
class FallbackCounts:
    """Batches: `primary` answered by it, the others by the secondary, for which reason."""

    primary: int = 0
    failed: int = 0
    late: int = 0
    busy: int = 0


@dataclass
class _Attempt:
    """What the primary made of a batch, once it has; an engine cannot be interrupted, so its thread is left to end."""

    segments: Sequence[Segment]
    ended: threading.Event = field(default_factory=threading.Event)
    transcripts: list[Transcript] | None = None
    error: Exception | None = None

    def run(self, engine: Recognizer) -> None:
        try:
            self.transcripts = engine.transcribe(self.segments)
        except Exception as error:
            self.error = error
        finally:
            self.ended.set()


class FallbackRecognizer:
    """A `Recognizer` that asks `primary` and, where it raises or takes over `deadline_s`, `secondary`.

    Each transcript names the engine that made it. While a late batch still occupies the primary, the secondary answers
    at once. `on_fallback` is told the reason and the primary's error, None where it was slow; `counts` counts.
    Raises ValueError for a secondary that does not cover the primary's languages; what the secondary raises goes on.
    """

    def __init__(
        self,
        primary: Recognizer,
        secondary: Recognizer,
        deadline_s: float,
        on_fallback: Callable[[Reason, Exception | None], None] = lambda reason, error: None,
    ) -> None:
        first, second = primary.capabilities, secondary.capabilities
        missing = set(first.languages) - set(second.languages)
        if missing:
            raise ValueError(f"{secondary.name} cannot stand in for {primary.name}: no {', '.join(sorted(missing))}")
        self._primary, self._secondary, self._deadline_s = primary, secondary, deadline_s
        self._on_fallback = on_fallback
        self._late: _Attempt | None = None
        self.counts = FallbackCounts()
        self.name = f"{primary.name} or {secondary.name}"
        self.capabilities = Capabilities(
            languages=first.languages,
            word_times=first.word_times and second.word_times,
            streaming=False,
            max_segment_s=min(first.max_segment_s, second.max_segment_s),
        )

    def transcribe(self, segments: Sequence[Segment]) -> list[Transcript]:
        """See `Recognizer.transcribe`. Calls must take turns."""
        if self._late and not self._late.ended.is_set():
            return self._fall_back(segments, "busy", None)
        attempt = _Attempt(segments)
        threading.Thread(target=attempt.run, args=(self._primary,), daemon=True, name="primary-recognizer").start()
        if not attempt.ended.wait(self._deadline_s):
            self._late = attempt
            return self._fall_back(segments, "late", None)
        self._late = None
        if attempt.transcripts is None:
            return self._fall_back(segments, "failed", attempt.error)
        self.counts.primary += 1
        return attempt.transcripts

    def _fall_back(self, segments: Sequence[Segment], reason: Reason, error: Exception | None) -> list[Transcript]:
        setattr(self.counts, reason, getattr(self.counts, reason) + 1)
        self._on_fallback(reason, error)
        return self._secondary.transcribe(segments)
