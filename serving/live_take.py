"""One take, analysed while it grows: its chunks are fetched as they are stored, what is found is told at once."""

import asyncio
from dataclasses import asdict
from typing import Any
from uuid import UUID

from models.language.keywords import find_keywords
from models.media.growing import MediaAborted
from models.media.reader import MediaReader
from models.observation import Observation
from models.report.flags import find_flags
from models.report.material import AnswerMaterial
from models.scoring.answer import delivery_only
from models.speakers.encoder import SpeakerEncoder
from models.speech.transcript import Transcript
from models.speech.vad import SileroVad
from serving.analysis import Analysed, RecordingAnalysis
from serving.analysts import Analysts
from serving.feeding import TakeFeed
from serving.follower import Delay
from serving.remember import Memory
from serving.settings import ServingSettings
from serving.speakers import SpeakerListener
from serving.take_material import Photo, TakeSetup, find_pace_norm, find_skills, scored_question
from serving.told import Told
from storage.accommodations.transactions import granted
from storage.consents.transactions import session_policy
from storage.database import Database
from storage.events.records import EventKind
from storage.events.transactions import events_after, record_event
from storage.interviews.records import Interview, Question
from storage.interviews.transactions import get_interview
from storage.media.store import MediaStore
from storage.sessions.transactions import get_session
from storage.takes.chunks import content_sha256
from storage.takes.records import Take
from storage.takes.transactions import get_take

# Flags of what was not said.
_AT_THE_END = {"keyword_missing", "point_missing", "answer_missing", "low_recognition"}


class LiveTake:
    """One take that is being analysed while it grows. `wake` tells it that there is something new."""

    def __init__(
        self,
        organisation_id: UUID,
        session_id: UUID,
        take_id: UUID,
        database: Database,
        media: MediaStore,
        analysts: Analysts,
        vad: SileroVad,
        encoder: SpeakerEncoder | None,
        settings: ServingSettings,
    ) -> None:
        self.session_id = session_id
        self._organisation_id, self._take_id = organisation_id, take_id
        self._database, self._media = database, media
        self._analysts = analysts.on_behalf_of(organisation_id)
        self._vad, self._encoder, self._settings = vad, encoder, settings
        self._feed = TakeFeed(organisation_id, take_id, database, media)
        self._told = Told(str(take_id))
        self._so_far: Transcript | None = None
        self._delivery: list[Observation] = []
        self._faces: list[Observation] = []

    def wake(self) -> None:
        """There is a new chunk, or the take's end."""
        self._feed.wake()

    async def run(self) -> None:
        """Analyse to the take's end and store the result, unless the take is let go or thinned on the way."""
        await self._read()
        memory = Memory(self._database, self._organisation_id, self.session_id)
        names = await self._analysts.names()
        setup = self._setup
        photo = await setup.photo.embed(self._media, self._analysts, memory) if setup.photo else None
        rate = self._settings.frames_per_second
        reader = MediaReader(self._feed.growing, setup.frames(rate), limit_s=setup.limit_s)
        speakers = SpeakerListener(self._encoder) if self._encoder and setup.voices else None
        analysis = RecordingAnalysis(
            reader, setup, photo, self._analysts, memory, self._vad, follower=self, speakers=speakers
        )
        self._feed.growing.on_wait = analysis.look_ahead
        feeding = asyncio.create_task(self._feed.run())
        try:
            analysed = await analysis.run()
            whole = await feeding
        finally:
            feeding.cancel()
            self._feed.growing.abort()
        await self._flag(is_over=True)
        # Where a model was replaced on the way, the Processor begins anew with the next one.
        if whole and not analysis.thinned and await self._analysts.names() == names:
            if speakers is not None:
                await speakers.keep(memory, content_sha256(self._feed.pushed), setup.limit_s)
            await self._store(memory, analysed, rate, names)

    def is_hurried(self) -> bool:
        """Whether the candidate still talks."""
        return self._feed.is_recording

    async def heard(self, new: Transcript, is_final: bool, so_far: Transcript, delivery: list[Observation]) -> None:
        """Tell a stretch of speech, and the keywords, delivery and flags that are new with it."""
        self._so_far, self._delivery = so_far, delivery
        words = self._told.new_words(new, is_final)
        if words:
            text = new.model_copy(update={"words": words}).text
            told = [word.model_dump() for word in words]
            await self._record("transcript", {"text": text, "words": told, "is_final": is_final})
        await self._tell([*find_keywords(so_far, self._scored.keywords), *delivery])
        await self._flag(is_over=False)

    async def seen(self, faces: list[Observation]) -> None:
        """Tell what is new in the pictures."""
        self._faces = faces
        await self._tell(faces)
        await self._flag(is_over=False)

    async def delayed(self, delay: Delay) -> None:
        """Tell, once, that the engines cannot keep up; the report waits for them."""
        if self._told.is_new_delay(delay):
            await self._record("delay", {"reason": delay})

    async def _read(self) -> None:
        async with self._database.transaction(self._organisation_id) as connection:
            self._take: Take = await get_take(connection, self._take_id)
            session = await get_session(connection, self.session_id)
            policy = await session_policy(connection, session)
            if session.state == "withdrawn" or not policy.ai_analysis:
                raise MediaAborted
            self._interview: Interview = await get_interview(connection, session.interview_id)
            photo = await Photo.find(connection, self._organisation_id, session.candidate_id, policy)
            self._pace_norm = await find_pace_norm(connection, self._interview)
            skills = await find_skills(connection, session.candidate_id)
            accommodation = await granted(connection, self.session_id)
            # Whoever followed this take before may have died.
            after = 0
            while events := await events_after(connection, self.session_id, after):
                after = events[-1].id
                self._told.recall(events)
        self._question: Question = self._interview.questions[self._take.question_number - 1]
        self._scored = scored_question(self._question, self._interview)
        self._setup = await TakeSetup.of(self._question, self._interview, skills, photo, policy, accommodation)

    async def _tell(self, observations: list[Observation]) -> None:
        """Record the observations that were not told yet."""
        for seen in self._told.new_observations(observations):
            data: dict[str, Any] = {"observation": seen.model_dump()}
            if seen.kind == "speech_rate":
                own = [other.value for other in observations if (other.kind, other.label) == (seen.kind, seen.label)]
                data |= {"own_start": own[0], "norm": self._pace_norm and asdict(self._pace_norm)}
            await self._record("observation", data)

    async def _flag(self, is_over: bool) -> None:
        """Record the flags that were not raised yet; what is missing is known only when the take is over."""
        if self._so_far is None:
            return
        material = AnswerMaterial(
            question=self._scored,
            transcript=self._so_far,
            delivery=delivery_only(self._delivery),
            faces=tuple(self._faces),
            seconds=self._so_far.words[-1].end if self._so_far.words else None,
            pace_norm=self._pace_norm if is_over else None,
        )
        mentions = find_keywords(self._so_far, self._scored.keywords)
        for flag in find_flags(self._interview.language, self._take.question_number, material, mentions):
            if (is_over or flag.code not in _AT_THE_END) and self._told.is_new_flag(flag):
                await self._record("flag", {"flag": flag.model_dump()})

    async def _record(self, kind: EventKind, data: dict[str, Any]) -> None:
        about = {"take_id": str(self._take_id), "question_number": self._take.question_number}
        async with self._database.transaction(self._organisation_id) as connection:
            await record_event(connection, self.session_id, kind, about | data)

    async def _store(self, memory: Memory, analysed: Analysed, rate: float, names: dict[str, str]) -> None:
        async def computed() -> Analysed:
            return analysed

        sha256 = content_sha256(self._feed.pushed)
        inputs = self._setup.inputs(sha256, names, rate)
        await memory.remember("take", inputs, Analysed, computed)
