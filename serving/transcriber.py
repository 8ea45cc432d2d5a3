"""Transcriber: speech segments of all candidates in, transcripts out."""

from collections.abc import Sequence

from models.catalog import model_folder
from models.service_times import ServiceTimes
from models.settings import ModelSettings
from models.speech.contract import Recognizer, Segment
from models.speech.timed import TimedRecognizer
from models.speech.transcript import Transcript
from serving.engine import batched
from serving.fair_queue import Claim
from serving.settings import ServingSettings, TranscriberProfile


def padded_seconds(segments: Sequence[Segment], row_s: float) -> float:
    """What a batch costs, in seconds of audio: each row takes as long as the longest, and `row_s` beside its audio.

    So a long segment does not fit with many short ones, which would all wait for it.
    """
    return len(segments) * (row_s + max(segment.seconds for segment in segments))


class Transcriber:
    """Batches segments across candidates through one Recognizer."""

    def __init__(self, profile: TranscriberProfile) -> None:
        self._recognizer = _recognizer(profile)
        self._batch = batched(
            "Transcriber",
            self._recognizer.transcribe,
            profile,
            lambda segments: padded_seconds(segments, profile.row_s),
        )

    async def transcribe(self, segment: Segment, claim: Claim | None = None) -> Transcript:
        """The transcript of one segment of at most the engine's longest length. Raises Overloaded."""
        return await self._batch(segment, claim)

    async def name(self) -> str:
        """The engine and its version."""
        return self._recognizer.name

    async def record_autoscaling_stats(self) -> dict[str, float]:
        """What Ray Serve's autoscaler is told."""
        return self._batch.load()


def _recognizer(profile: TranscriberProfile) -> Recognizer:
    serving = ServingSettings()
    if serving.engine == "timed":
        return TimedRecognizer(ServiceTimes.of(profile.device, serving.service_times))
    from models.speech.whisper import WhisperRecognizer

    folder = model_folder("whisper-base", ModelSettings().models_dir)
    return WhisperRecognizer(folder, device=profile.device, threads=profile.threads)
