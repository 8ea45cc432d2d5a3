"""Two engines as one: each language goes to the engine that speaks it."""

from collections.abc import Sequence

from models.speech.contract import Capabilities, Recognizer, Segment
from models.speech.transcript import Transcript


class ByLanguage:
    """A `Recognizer`: `first` transcribes what is in its languages, `other` the rest and what leaves its language open.

    Each transcript names the engine that made it.
    """

    def __init__(self, first: Recognizer, other: Recognizer) -> None:
        ours, theirs = first.capabilities, other.capabilities
        self._first, self._other = first, other
        self._languages = frozenset(ours.languages)
        self.name = f"{first.name} for {', '.join(sorted(ours.languages))}, else {other.name}"
        self.capabilities = Capabilities(
            languages=tuple(sorted({*ours.languages, *theirs.languages})),
            word_times=ours.word_times and theirs.word_times,
            streaming=False,
            max_segment_s=min(ours.max_segment_s, theirs.max_segment_s),
        )

    def transcribe(self, segments: Sequence[Segment]) -> list[Transcript]:
        """See `Recognizer.transcribe`."""
        transcripts: dict[int, Transcript] = {}
        for engine, is_first in ((self._first, True), (self._other, False)):
            rows = [row for row, segment in enumerate(segments) if (segment.language in self._languages) == is_first]
            if rows:
                transcripts.update(zip(rows, engine.transcribe([segments[row] for row in rows]), strict=True))
        return [transcripts[row] for row in range(len(segments))]
