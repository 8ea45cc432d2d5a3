"""The way of a submitted session to its report: read, hear, watch, score, compose, store."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import Any
from uuid import UUID

from models.media.reader import MediaReader
from models.report.compose import compose, compose_declined
from models.report.document import Report
from models.report.flags import overall_pace
from models.report.material import AnswerMaterial, InterviewMaterial, PaceNorm
from models.report.problems import media_problem
from models.scoring.answer import Answer, delivery_only
from models.scoring.score import QuestionScore, ScoreRequest
from models.speech.vad import SileroVad
from serving.analysis import Analysed, RecordingAnalysis
from serving.analysts import Analysts
from serving.live_handle import LiveHandle
from serving.metrics import REPORTS
from serving.remember import Memory
from serving.settings import ServingSettings
from serving.stored_recording import StoredRecording
from serving.take_material import Photo, TakeSetup, find_pace_norm, find_skills, scored_question
from storage.consents.records import SessionPolicy
from storage.consents.transactions import session_policy
from storage.database import Database
from storage.errors import Unavailable
from storage.interviews.records import Interview, Question
from storage.interviews.transactions import get_interview
from storage.media.store import MediaStore
from storage.paces.transactions import record_paces
from storage.reports.transactions import store_report
from storage.sessions.records import Session
from storage.sessions.transactions import get_session
from storage.takes.chunks import LATE_CHUNKS_S, stored_chunks
from storage.takes.records import Chunk, Take
from storage.takes.transactions import list_answers

# Recordings of one session that are worked on at once: their frames and sound are in memory.
_AT_ONCE = 3
# How often the state of a session is looked at while its report is made.
_LOOK_AGAIN_S = 2.0


@dataclass(frozen=True)
class _Material:
    """What storage knows of a session."""

    organisation_id: UUID
    session: Session
    interview: Interview
    takes: dict[int, Take]
    photo: Photo | None
    pace_norm: PaceNorm | None
    skills: list[str]
    policy: SessionPolicy


@dataclass(frozen=True)
class _Assessed:
    """An answer's material for the report, and the seconds each stage took."""

    answer: AnswerMaterial
    seconds: dict[str, float]


class SessionProcessing:
    """Turns submitted sessions into reports; every step is stored by content, so that trying again repeats nothing."""

    def __init__(
        self, database: Database, media: MediaStore, analysts: Analysts, live: LiveHandle, settings: ServingSettings
    ) -> None:
        self._database = database
        self._media = media
        self._analysts = analysts
        self._live = live
        self._settings = settings
        self._vad = SileroVad()
        self._at_once = asyncio.Semaphore(_AT_ONCE)

    async def process(self, organisation_id: UUID, session_id: UUID) -> None:
        """Make and store the report of a submitted session; a session in another state is left as it is.

        Stops where its candidate withdraws meanwhile. Raises Unavailable where Postgres, S3 or a recording cannot be
        reached now.
        """
        work = asyncio.create_task(self._process(organisation_id, session_id))
        try:
            while not work.done():
                await asyncio.wait([work], timeout=_LOOK_AGAIN_S)
                if not work.done() and await self._is_withdrawn(organisation_id, session_id):
                    return
            await work
        finally:
            work.cancel()

    async def _is_withdrawn(self, organisation_id: UUID, session_id: UUID) -> bool:
        try:
            async with self._database.transaction(organisation_id) as connection:
                return (await get_session(connection, session_id)).state == "withdrawn"
        except Unavailable:
            return False

    async def _process(self, organisation_id: UUID, session_id: UUID) -> None:
        material = await self._read(organisation_id, session_id)
        if material.session.state != "submitted":
            return
        names = await self._analysts.names()
        assessed = await self._assess_all(material, names) if material.policy.ai_analysis else []
        report = _compose(material, assessed, names | {"parley": version("parley")})
        async with self._database.transaction(organisation_id) as connection:
            if await store_report(connection, session_id, report.model_dump(mode="json")):
                paces = (overall_pace(part.answer.delivery) for part in assessed)
                await record_paces(connection, session_id, [pace for pace in paces if pace is not None])
                REPORTS.inc()

    async def _read(self, organisation_id: UUID, session_id: UUID) -> _Material:
        async with self._database.transaction(organisation_id) as connection:
            session = await get_session(connection, session_id)
            takes = await list_answers(connection, session_id)
            interview = await get_interview(connection, session.interview_id)
            policy = await session_policy(connection, session)
            return _Material(
                organisation_id=organisation_id,
                session=session,
                interview=interview,
                takes={take.question_number: take for take in takes},
                photo=await Photo.find(connection, organisation_id, session.candidate_id, policy),
                pace_norm=await find_pace_norm(connection, interview),
                skills=await find_skills(connection, session.candidate_id),
                policy=policy,
            )

    async def _assess_all(self, material: _Material, names: dict[str, str]) -> list[_Assessed]:
        memory = Memory(self._database, material.organisation_id, material.session.id)
        return await asyncio.gather(
            *(self._assess(material, question, names, memory) for question in material.interview.questions)
        )

    async def _assess(
        self, material: _Material, question: Question, names: dict[str, str], memory: Memory
    ) -> _Assessed:
        scored = scored_question(question, material.interview)
        take = material.takes.get(question.number)
        if take is None:
            return _Assessed(AnswerMaterial(question=scored), {})
        chunks = await self._chunks(material, take)
        analysed = await self._analyse(material, question, take, chunks, names, memory)
        answer = Answer(transcript=analysed.transcript, delivery=delivery_only(analysed.delivery))
        request = ScoreRequest(question=scored, answer=answer)

        async def compute() -> QuestionScore:
            return await self._analysts.on_behalf_of(material.organisation_id).score(request)

        inputs = {"request": request.model_dump(mode="json"), "engine": names["scoring"]}
        score, seconds = await memory.remember("scoring", inputs, QuestionScore, compute)
        return _Assessed(
            AnswerMaterial(
                question=scored,
                transcript=analysed.transcript,
                delivery=answer.delivery,
                faces=tuple(analysed.faces),
                media_problems=tuple(
                    media_problem(code, scored.language) for code in _problems(analysed, take, chunks)
                ),
                score=score,
                seconds=analysed.seconds,
                pace_norm=material.pace_norm,
            ),
            analysed.spent | {"scoring": seconds},
        )

    async def _chunks(self, material: _Material, take: Take) -> list[Chunk]:
        """The take's acknowledged chunks, once live analysis is done with it and late ones have had their time."""
        await self._live.settle(material.session.id, take.id)
        chunks = await self._stored_chunks(material, take)
        if take.stored_at is not None and take.chunks is not None and len(chunks) < take.chunks:
            late = take.stored_at + timedelta(seconds=LATE_CHUNKS_S) - datetime.now(UTC)
            await asyncio.sleep(max(0.0, late.total_seconds()))
            chunks = await self._stored_chunks(material, take)
        return chunks

    async def _stored_chunks(self, material: _Material, take: Take) -> list[Chunk]:
        async with self._database.transaction(material.organisation_id) as connection:
            return await stored_chunks(connection, take.id)

    async def _analyse(
        self,
        material: _Material,
        question: Question,
        take: Take,
        chunks: list[Chunk],
        names: dict[str, str],
        memory: Memory,
    ) -> Analysed:
        """The analysis of a take: what the live path has stored, or else done now from the stored chunks."""
        recording = StoredRecording(self._media, material.organisation_id, take, chunks)
        rate = self._settings.frames_per_second
        setup = await TakeSetup.of(question, material.interview, material.skills, material.photo, material.policy)

        async def compute() -> Analysed:
            analysts = self._analysts.on_behalf_of(material.organisation_id)
            photo = await setup.photo.embed(self._media, analysts, memory) if setup.photo else None
            async with self._at_once, recording:
                reader = MediaReader(await recording.path(), rate, limit_s=setup.limit_s)
                analysis = RecordingAnalysis(
                    reader, setup.language, setup.keywords, photo, setup.expressions, analysts, memory, self._vad
                )
                analysed = await analysis.run()
            if await analysts.names() != names:
                # Embeddings of two engines cannot be compared, nor would the report name both: the job begins anew.
                raise Unavailable("engine-replaced", "A model gave way to its next version while it was used.")
            return analysed

        inputs = setup.inputs(recording.sha256, names, rate)
        analysed, _ = await memory.remember("take", inputs, Analysed, compute)
        return analysed


def _problems(analysed: Analysed, take: Take, chunks: list[Chunk]) -> list[str]:
    """What is wrong with the recording; a hole where chunks never came is no corruption."""
    if take.chunks is None or len(chunks) == take.chunks:
        return analysed.problems
    return sorted({*analysed.problems, "missing-parts"} - {"corrupt-parts"})


def _compose(material: _Material, assessed: list[_Assessed], names: dict[str, str]) -> Report:
    session, interview = material.session, material.interview
    about: dict[str, Any] = {
        "session_id": str(session.id),
        "candidate_id": str(session.candidate_id),
        "created_at": datetime.now(UTC).isoformat(),
        "interview": InterviewMaterial(
            id=str(interview.id),
            title=interview.title,
            language=interview.language,
            dimensions={dimension.name: dimension.weight for dimension in interview.dimensions},
        ),
    }
    if not material.policy.ai_analysis:
        questions = [scored_question(question, interview) for question in interview.questions]
        return compose_declined(**about, questions=questions, models={"parley": names["parley"]})
    stages = {stage for answer in assessed for stage in answer.seconds}
    spent = {stage: round(sum(answer.seconds.get(stage, 0.0) for answer in assessed), 3) for stage in sorted(stages)}
    return compose(**about, answers=[answer.answer for answer in assessed], models=names, processing_seconds=spent)
