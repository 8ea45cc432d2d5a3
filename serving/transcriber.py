"""Transcriber: speech segments of all candidates in, transcripts out."""

from collections.abc import Sequence

import structlog

from models.device import require_device
from models.service_times import ServiceTimes
from models.settings import ModelSettings
from models.speech.contract import Recognizer, Segment
from models.speech.engines import SpeechListeners, load_speech, speech_version
from models.speech.fallback import Reason
from models.speech.shadow import Agreement
from models.speech.timed import TimedRecognizer
from models.speech.transcript import Transcript
from serving.engine import GpuLost, batched
from serving.fair_queue import Claim
from serving.lost_gpu import is_gpu_lost
from serving.metrics import SHADOW_EDITS, SHADOW_UNITS, SPEECH_FALLBACKS
from serving.rolling import Rolling
from serving.settings import ServingSettings, TranscriberProfile

_log = structlog.get_logger()


def padded_seconds(segments: Sequence[Segment], row_s: float) -> float:
    """What a batch costs, in seconds of audio: each row takes as long as the longest, and `row_s` beside its audio.

    So a long segment does not fit with many short ones, which would all wait for it.
    """
    return len(segments) * (row_s + max(segment.seconds for segment in segments))


class Transcriber:
    """Batches segments across candidates through one Recognizer."""

    def __init__(self, profile: TranscriberProfile) -> None:
        self._lost_behind_fallback: Exception | None = None
        self._engine = Rolling(lambda: self._load(profile), lambda: speech_version(ModelSettings()))
        self._batch = batched(
            "Transcriber",
            self._compute,
            profile,
            lambda segments: padded_seconds(segments, profile.row_s),
        )

    async def transcribe(self, segment: Segment, claim: Claim | None = None) -> Transcript:
        """The transcript of one segment of at most the engine's longest length. Raises Overloaded."""
        return await self._batch(segment, claim)

    async def name(self) -> str:
        """The engine and its version."""
        return self._engine.current.name

    def check_health(self) -> None:
        """Ray Serve calls this now and then, and replaces a replica whose engine is lost. Raises EngineLost."""
        self._batch.check_health()
        if self._lost_behind_fallback is not None:
            raise GpuLost("the first speech engine has lost its GPU, and the second answers") from (
                self._lost_behind_fallback
            )

    async def record_autoscaling_stats(self) -> dict[str, float]:
        """What Ray Serve's autoscaler is told."""
        return self._batch.load()

    def _compute(self, segments: Sequence[Segment]) -> list[Transcript]:
        return self._engine.current.transcribe(segments)

    def _load(self, profile: TranscriberProfile) -> Recognizer:
        serving = ServingSettings()
        if serving.engine == "timed":
            return TimedRecognizer(ServiceTimes.of(profile.device, serving.service_times))
        require_device(profile.device)
        listeners = SpeechListeners(self._on_fallback, _on_agreement, _on_shadow_error)
        return load_speech(ModelSettings(), profile.device, profile.threads, listeners)

    def _on_fallback(self, reason: Reason, error: Exception | None) -> None:
        SPEECH_FALLBACKS.labels(reason).inc()
        _log.warning("secondary speech engine answers", reason=reason, error=type(error).__name__ if error else None)
        if error is not None and is_gpu_lost(error):
            self._lost_behind_fallback = error


def _on_agreement(agreement: Agreement) -> None:
    SHADOW_UNITS.labels(agreement.language).inc(agreement.units)
    SHADOW_EDITS.labels(agreement.language).inc(agreement.edits)


def _on_shadow_error(error: Exception) -> None:
    _log.warning("second speech engine failed on its sample", error=type(error).__name__)
