"""Words that nobody said: what speech engines write over noise, and how to tell."""

import zlib
from dataclasses import dataclass

from models.speech.contract import Segment

# Thresholds published with Whisper (Radford et al. 2022, section 4.5).
COMPRESSION_RATIO = 2.4
AVERAGE_LOGPROB = -1.0
NO_SPEECH = 0.6
# Above this the words' own probability no longer matters ("you" is what Whisper is sure to hear in digital silence).
# Of 190 segments of real speech, noisy and whispered ones among them, none came above 0.31.
SURELY_NO_SPEECH = 0.8
# A bark or a cough passes as a moment of speech: of so little, only what the engine is sure of is kept.
LITTLE_SPEECH_S = 1.0
# People say three to six tokens a second; who speaks for a few seconds says more than one a second.
SPARSE_FROM_S = 3.0
SPARSE_TOKENS_PER_SECOND = 1.0


@dataclass(frozen=True)
class Hypothesis:
    """What an engine makes of one segment. `average_logprob` is natural, per token; `no_speech_probability` 0..1."""

    tokens: list[int]
    text: str
    average_logprob: float
    no_speech_probability: float


def is_repetitive(hypothesis: Hypothesis) -> bool:
    """The text compresses better than speech does: the engine is in a loop."""
    text = hypothesis.text.encode()
    return len(text) / len(zlib.compress(text)) > COMPRESSION_RATIO


def is_invented(hypothesis: Hypothesis, segment: Segment) -> bool:
    """The engine takes the segment for no speech, or is unsure of the little there is, or cannot leave its loop."""
    if is_repetitive(hypothesis) or hypothesis.no_speech_probability > SURELY_NO_SPEECH:
        return True
    if hypothesis.average_logprob >= AVERAGE_LOGPROB:
        return False
    speech = sum(end - start for start, end in segment.spans) if segment.spans else segment.seconds
    return hypothesis.no_speech_probability > NO_SPEECH or speech < LITTLE_SPEECH_S


def is_sparse(hypothesis: Hypothesis, segment: Segment) -> bool:
    """Whether far too little was written for how long somebody spoke: the decoder jumped to the segment's end.

    Seen where speech is cut off in the middle of a word: 13 s of speech gave three words.
    """
    spoken = sum(end - start for start, end in segment.spans)
    return spoken >= SPARSE_FROM_S and len(hypothesis.tokens) < SPARSE_TOKENS_PER_SECOND * spoken
