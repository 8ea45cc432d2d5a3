"""A timed behaviour: the unit of evidence that speech and faces produce, and that the candidate's page tells of."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

ObservationKind = Literal[
    "speech_rate",  # value: words (zh: 字) per minute over the span
    "pause",  # value: seconds without speech between two words
    "filler",  # label: the filler as said (um, uh, 嗯, 那个 ...)
    "keyword",  # label: the keyword as the interview names it
    "pitch_variation",  # value: standard deviation of voiced pitch, semitones
    "loudness_variation",  # value: standard deviation of speech loudness, dB
    "talk_ratio",  # value: speech seconds over span seconds, 0..1
    "no_face",
    "many_faces",  # value: the largest number of faces seen
    "gaze_away",
    "frown",
    "smile",
    "blink",
    "identity",  # value: share of compared frames that match the photo; label: match | no_match | unsure
    "another_voice",  # value: mean cosine of its voice to the voice that speaks most in the session, 0..1
    # The candidate's page tells of these (label: page). In a written answer, seconds run from when it was asked.
    "tab_hidden",
    "window_blurred",
    "camera_lost",
    "microphone_muted",
    "paste",  # value: characters
    "device_changed",
]


class Observation(BaseModel):
    """One observation within one take.

    `start` and `end` are seconds from the start of the take. `value` is in the unit its kind names
    above, or None where the kind alone says it. `confidence` is 0..1.
    """

    model_config = ConfigDict(frozen=True)

    kind: ObservationKind
    start: float
    end: float
    value: float | None = None
    label: str | None = None
    confidence: float = 1.0
