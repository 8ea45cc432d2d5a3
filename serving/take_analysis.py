"""The analysis of a stored take: what the live path has left of it, or else done now."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from models.media.reader import MediaReader
from models.speakers.heard import TakeVoices
from models.speech.vad import SileroVad
from serving.analysis import Analysed, RecordingAnalysis
from serving.analysts import Analysts
from serving.live_handle import LiveHandle
from serving.remember import Memory
from serving.session_material import SessionMaterial
from serving.settings import ServingSettings
from serving.speakers import SpeakerListener, load_speakers, take_voices
from serving.stored_recording import StoredRecording
from serving.take_material import TakeSetup
from storage.database import Database
from storage.errors import Unavailable
from storage.interviews.records import Question
from storage.media.store import MediaStore
from storage.takes.chunks import LATE_CHUNKS_S, stored_chunks
from storage.takes.records import Chunk, Take

# Recordings of one session that are worked on at once: their frames and sound are in memory.
_AT_ONCE = 3


@dataclass(frozen=True)
class AnalysedTake:
    """What a take says and shows, what is wrong with its recording, and its voices where they may be compared."""

    analysed: Analysed
    problems: list[str]
    voices: TakeVoices | None


class TakeAnalysis:
    """Analyses stored takes. `speakers` names the encoder of voices, where there is one."""

    def __init__(
        self, database: Database, media: MediaStore, analysts: Analysts, live: LiveHandle, settings: ServingSettings
    ) -> None:
        self._database, self._media = database, media
        self._analysts, self._live, self._settings = analysts, live, settings
        self._vad, self._encoder = SileroVad(), load_speakers()
        self._at_once = asyncio.Semaphore(_AT_ONCE)
        self.speakers = None if self._encoder is None else self._encoder.name

    async def run(
        self, material: SessionMaterial, question: Question, take: Take, names: dict[str, str], memory: Memory
    ) -> AnalysedTake:
        """Analyse the take that is the answer to a question. `names`: the engines', which must not change meanwhile.

        Raises Unavailable where Postgres, S3 or the recording cannot be reached now.
        """
        chunks = await self._chunks(material, take)
        recording = StoredRecording(self._media, material.organisation_id, take, chunks)
        setup = await TakeSetup.of(
            question, material.interview, material.skills, material.photo, material.policy, material.accommodation
        )

        async def compute() -> Analysed:
            analysed = await self._compute(material, setup, recording, memory)
            if await self._analysts.names() != names:
                # Embeddings of two engines cannot be compared, nor would the report name both: the job begins anew.
                raise Unavailable("engine-replaced", "A model gave way to its next version while it was used.")
            return analysed

        inputs = setup.inputs(recording.sha256, names, self._settings.frames_per_second)
        analysed, _ = await memory.remember("take", inputs, Analysed, compute)
        voices = None
        if self._encoder is not None and setup.voices:
            voices = await take_voices(memory, self._encoder, self._vad, recording, setup.limit_s)
        return AnalysedTake(analysed, _problems(analysed, take, chunks), voices)

    async def _compute(
        self, material: SessionMaterial, setup: TakeSetup, recording: StoredRecording, memory: Memory
    ) -> Analysed:
        analysts = self._analysts.on_behalf_of(material.organisation_id)
        photo = await setup.photo.embed(self._media, analysts, memory) if setup.photo else None
        async with self._at_once, recording:
            frames = setup.frames(self._settings.frames_per_second)
            reader = MediaReader(await recording.path(), frames, limit_s=setup.limit_s)
            speakers = SpeakerListener(self._encoder) if self._encoder and setup.voices else None
            analysed = await RecordingAnalysis(
                reader, setup, photo, analysts, memory, self._vad, speakers=speakers
            ).run()
        if speakers is not None:
            await speakers.keep(memory, recording.sha256, setup.limit_s)
        return analysed

    async def _chunks(self, material: SessionMaterial, take: Take) -> list[Chunk]:
        """The take's acknowledged chunks, once live analysis is done with it and late ones have had their time."""
        await self._live.settle(material.session.id, take.id)
        chunks = await self._stored_chunks(material, take)
        if take.stored_at is not None and take.chunks is not None and len(chunks) < take.chunks:
            late = take.stored_at + timedelta(seconds=LATE_CHUNKS_S) - datetime.now(UTC)
            await asyncio.sleep(max(0.0, late.total_seconds()))
            chunks = await self._stored_chunks(material, take)
        return chunks

    async def _stored_chunks(self, material: SessionMaterial, take: Take) -> list[Chunk]:
        async with self._database.transaction(material.organisation_id) as connection:
            return await stored_chunks(connection, take.id)


def _problems(analysed: Analysed, take: Take, chunks: list[Chunk]) -> list[str]:
    """What is wrong with the recording; a hole where chunks never came is no corruption."""
    if take.chunks is None or len(chunks) == take.chunks:
        return analysed.problems
    return sorted({*analysed.problems, "missing-parts"} - {"corrupt-parts"})
