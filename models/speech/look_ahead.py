"""Transcribe speech that goes on again and again, without beginning anew each time."""

from dataclasses import replace

from models.speech.contract import SAMPLE_RATE, Segment
from models.speech.transcript import Transcript

# A stretch that has grown to this length is settled up to its last pause: what is transcribed every time stays short.
SETTLE_S = 6.0
# Kept before speech that is transcribed by itself: its soft first sounds lie outside of its span.
LEAD_S = 0.2


class LookAhead:
    """What of an unfinished segment is worth transcribing now, and what is settled of it until it is complete.

    All times are seconds from the take's start. `settled` are transcripts, in time order.
    """

    def __init__(self) -> None:
        self.settled: list[Transcript] = []
        self._settled_until = 0.0

    def tail(self, segment: Segment) -> Segment | None:
        """The part of an unfinished segment that is not settled; None where all of it is."""
        spans = tuple(span for span in segment.spans if span[0] >= self._settled_until)
        if len(spans) == len(segment.spans):
            return segment
        if not spans:
            return None
        start = max(segment.start, spans[0][0] - LEAD_S)
        first = round((start - segment.start) * SAMPLE_RATE)
        return replace(segment, audio=segment.audio[first:], start=start, spans=spans)

    def settle(self, tail: Segment, transcript: Transcript) -> None:
        """Where the tail has grown long, take what was said before its last pause as it was heard now."""
        if tail.seconds < SETTLE_S or len(tail.spans) < 2:
            return
        pause = (tail.spans[-2][1] + tail.spans[-1][0]) / 2
        words = tuple(word for word in transcript.words if (word.start + word.end) / 2 < pause)
        if words:
            self.settled.append(transcript.model_copy(update={"words": words}))
        self._settled_until = pause

    def complete(self, until: float) -> None:
        """The final transcript reaches to `until`: what was settled of it counts no more."""
        self.settled = [part for part in self.settled if part.words[0].start >= until]
