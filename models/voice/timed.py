"""A voice for load tests: a tone, after the time that a real voice takes."""

import time
from collections.abc import Sequence

import numpy as np

from models.service_times import ServiceTimes
from models.speech.transcript import Language
from models.voice.contract import SAMPLE_RATE, Speech, Text

# About what a person reads aloud in a second.
_LETTERS_PER_SECOND: dict[Language, float] = {"en": 14.0, "zh": 4.5}
_TONE_HZ, _TONE_S, _LOUDNESS = 440.0, 0.5, 0.2


class TimedVoice:
    """A `Synthesizer` that says nothing: half a second of a tone, that nobody can take for a question."""

    languages: tuple[Language, ...] = ("en", "zh")

    def __init__(self, times: ServiceTimes) -> None:
        self._voice_s, self.name = times.voice_s, times.name

    def speak(self, texts: Sequence[Text]) -> list[Speech]:
        """One tone for each text; see `Synthesizer.speak`."""
        time.sleep(self._voice_s * sum(len(text.text) / _LETTERS_PER_SECOND[text.language] for text in texts))
        at = np.arange(round(_TONE_S * SAMPLE_RATE)) / SAMPLE_RATE
        tone = (_LOUDNESS * np.sin(2 * np.pi * _TONE_HZ * at)).astype(np.float32)
        return [Speech(tone) for _ in texts]

    def close(self) -> None:
        """Nothing is held."""
