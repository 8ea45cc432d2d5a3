"""The voices of a session's takes: gathered while a take is analysed, kept as a step of their own, judged together.

Their vectors are biometric data. They are computed only where the session's policy allows it, and stored nowhere but in
steps named `speakers`, which go with the vector of the photo (storage/migrations/0015.speakers.sql).
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from importlib.metadata import version

from anyio import CapacityLimiter, to_thread

from models.catalog import model_folder
from models.report.material import AnswerMaterial
from models.settings import ModelSettings
from models.speakers.encoder import SpeakerEncoder
from models.speakers.heard import HeardVoice, TakeVoices, hear, hear_recording
from models.speakers.judgement import other_voices
from models.speech.contract import Segment
from models.speech.vad import SileroVad
from serving.remember import Memory
from serving.settings import ServingSettings
from serving.stored_recording import StoredRecording

# A second of speech takes about 5 ms of one core: it must not take a second one from the engines beside it.
_ONE_AT_A_TIME = CapacityLimiter(1)


def load_speakers() -> SpeakerEncoder | None:
    """The encoder of voices, or None where the engines are timed ones.

    Raises ModelMissing, ModelCorrupt, WeightsError.
    """
    if ServingSettings().engine == "timed":
        return None
    return SpeakerEncoder(model_folder("ge2e-speaker", ModelSettings().models_dir))


class SpeakerListener:
    """The voices of one take, gathered as its segments of speech are complete."""

    def __init__(self, encoder: SpeakerEncoder) -> None:
        self._encoder = encoder
        self._voices = TakeVoices(heard=[])

    async def hear(self, segments: Sequence[Segment]) -> None:
        """Take the next segments, in order."""
        started = time.perf_counter()
        self._voices.heard += await to_thread.run_sync(hear, segments, self._encoder, limiter=_ONE_AT_A_TIME)
        self._voices.spent += time.perf_counter() - started

    async def keep(self, memory: Memory, sha256: str, limit_s: float) -> None:
        """Store what was heard in the whole take, whose content has that hash."""

        async def heard() -> TakeVoices:
            return self._voices

        await _remember(memory, self._encoder, sha256, limit_s, heard)


async def take_voices(
    memory: Memory, encoder: SpeakerEncoder, vad: SileroVad, recording: StoredRecording, limit_s: float
) -> TakeVoices:
    """The voices of a take: those kept when it was analysed, or else heard now. Raises Unavailable."""

    async def listen() -> TakeVoices:
        started = time.perf_counter()
        async with recording:
            path = await recording.path()
            heard: list[HeardVoice] = await to_thread.run_sync(
                hear_recording, path, vad, encoder, limit_s, limiter=_ONE_AT_A_TIME
            )
        return TakeVoices(heard=heard, spent=time.perf_counter() - started)

    return await _remember(memory, encoder, recording.sha256, limit_s, listen)


def with_other_voices(answers: Sequence[AnswerMaterial], voices: Sequence[TakeVoices | None]) -> list[AnswerMaterial]:
    """The answers of one session with what in each is another voice; None stands for one that was not listened to."""
    found = other_voices([voice or TakeVoices(heard=[]) for voice in voices])
    return [replace(answer, voices=tuple(seen)) for answer, seen in zip(answers, found, strict=True)]


async def _remember(
    memory: Memory,
    encoder: SpeakerEncoder,
    sha256: str,
    limit_s: float,
    compute: Callable[[], Awaitable[TakeVoices]],
) -> TakeVoices:
    inputs = {"sha256": sha256, "limit_s": limit_s, "engine": encoder.name, "parley": version("parley")}
    voices, _ = await memory.remember("speakers", inputs, TakeVoices, compute)
    return voices
