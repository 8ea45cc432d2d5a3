"""A speech engine for load tests: scripted words at the service times of a real one."""

import itertools
import time
from collections.abc import Sequence

from models.service_times import ServiceTimes
from models.speech.contract import Capabilities, Segment
from models.speech.transcript import Language, Transcript, Word

# Said over and over: nobody can take it for what a candidate said.
_SCRIPT: dict[Language, tuple[str, ...]] = {
    "en": ("Scripted", "by", "the", "timed", "engine;", "nothing", "was", "heard."),
    "zh": ("计时", "引擎", "的", "脚本，", "没有", "识别", "任何", "录音。"),
}
_WORDS_PER_SECOND = 2.5
_CONFIDENCE = 1.0


class TimedRecognizer:
    """A `Recognizer` that hears nothing: batches take as long as a real engine's, words are scripted."""

    capabilities = Capabilities(languages=("zh", "en"), word_times=True, streaming=False, max_segment_s=30.0)

    def __init__(self, times: ServiceTimes) -> None:
        self._times, self.name = times.speech, times.name

    def transcribe(self, segments: Sequence[Segment]) -> list[Transcript]:
        """One scripted transcript per segment; see `Recognizer.transcribe`."""
        time.sleep(sum(self._times.row_s + self._times.audio_s * segment.seconds for segment in segments))
        return [self._scripted(segment) for segment in segments]

    def _scripted(self, segment: Segment) -> Transcript:
        language = segment.language or "en"
        words: list[Word] = []
        script = itertools.cycle(_SCRIPT[language])
        for start, end in segment.spans or ((segment.start, segment.start + segment.seconds),):
            count = max(1, round((end - start) * _WORDS_PER_SECOND))
            step = (end - start) / count
            words += [
                Word(text=next(script), start=start + i * step, end=start + (i + 1) * step, confidence=_CONFIDENCE)
                for i in range(count)
            ]
        return Transcript(language=language, words=tuple(words), confidence=_CONFIDENCE, recognizer=self.name)
