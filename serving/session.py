"""The way of a submitted session to its report: read, hear, watch, score, compose, store."""

import asyncio
from importlib.metadata import version
from uuid import UUID

from models.report.flags import overall_pace
from models.report.material import AnswerMaterial
from models.report.problems import media_problem
from models.scoring.answer import Answer, WrittenText, delivery_only
from models.scoring.question import ScoredQuestion
from models.scoring.score import QuestionScore, ScoreRequest
from serving.analysts import Analysts
from serving.live_handle import LiveHandle
from serving.metrics import REPORTS
from serving.page_signals import signals_of_answer
from serving.remember import Memory
from serving.session_material import SessionMaterial
from serving.session_report import Assessed, session_report
from serving.settings import ServingSettings
from serving.take_analysis import TakeAnalysis
from serving.take_material import scored_question
from storage.database import Database
from storage.errors import Unavailable
from storage.interviews.records import Question
from storage.media.store import MediaStore
from storage.paces.transactions import record_paces
from storage.reports.transactions import store_report
from storage.sessions.transactions import get_session
from storage.takes.records import Take

# How often the state of a session is looked at while its report is made.
_LOOK_AGAIN_S = 2.0


class SessionProcessing:
    """Turns submitted sessions into reports; every step is stored by content, so that trying again repeats nothing."""

    def __init__(
        self, database: Database, media: MediaStore, analysts: Analysts, live: LiveHandle, settings: ServingSettings
    ) -> None:
        self._database = database
        self._analysts = analysts
        self._takes = TakeAnalysis(database, media, analysts, live, settings)

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
        async with self._database.transaction(organisation_id) as connection:
            material = await SessionMaterial.read(connection, session_id)
        if material.session.state != "submitted":
            return
        names = await self._analysts.names()
        assessed = await self._assess_all(material, names) if material.policy.ai_analysis else []
        if self._takes.speakers is not None and any(part.voices for part in assessed):
            names |= {"speakers": self._takes.speakers}
        report = session_report(material, assessed, names | {"parley": version("parley")})
        async with self._database.transaction(organisation_id) as connection:
            if await store_report(connection, session_id, report.model_dump(mode="json")):
                paces = (overall_pace(part.answer.delivery) for part in assessed)
                await record_paces(connection, session_id, [pace for pace in paces if pace is not None])
                REPORTS.inc()

    async def _assess_all(self, material: SessionMaterial, names: dict[str, str]) -> list[Assessed]:
        memory = Memory(self._database, material.organisation_id, material.session.id)
        return await asyncio.gather(
            *(self._assess(material, question, names, memory) for question in material.interview.questions)
        )

    async def _assess(
        self, material: SessionMaterial, question: Question, names: dict[str, str], memory: Memory
    ) -> Assessed:
        text, take = material.texts.get(question.number), material.takes.get(question.number)
        if text is not None:
            return await self._assess_text(material, question, text, names, memory)
        if take is not None:
            return await self._assess_take(material, question, take, names, memory)
        return Assessed(AnswerMaterial(question=scored_question(question, material.interview)), {})

    async def _assess_text(
        self, material: SessionMaterial, question: Question, text: str, names: dict[str, str], memory: Memory
    ) -> Assessed:
        scored = scored_question(question, material.interview)
        answer = Answer(written=WrittenText(text=text, language=scored.language))
        score, seconds = await self._score(material, scored, answer, names, memory)
        signals = signals_of_answer(material, question.number)
        return Assessed(
            AnswerMaterial(question=scored, written=text, signals=signals, score=score), {"scoring": seconds}
        )

    async def _assess_take(
        self, material: SessionMaterial, question: Question, take: Take, names: dict[str, str], memory: Memory
    ) -> Assessed:
        scored = scored_question(question, material.interview)
        found = await self._takes.run(material, question, take, names, memory)
        analysed, voices = found.analysed, found.voices
        answer = Answer(transcript=analysed.transcript, delivery=delivery_only(analysed.delivery))
        score, seconds = await self._score(material, scored, answer, names, memory)
        return Assessed(
            AnswerMaterial(
                question=scored,
                transcript=analysed.transcript,
                delivery=answer.delivery,
                faces=tuple(analysed.faces),
                signals=signals_of_answer(material, question.number),
                media_problems=tuple(media_problem(code, scored.language) for code in found.problems),
                score=score,
                seconds=analysed.seconds,
                pace_norm=material.pace_norm,
            ),
            analysed.spent | {"scoring": seconds} | ({"speakers": voices.spent} if voices else {}),
            voices,
        )

    async def _score(
        self, material: SessionMaterial, question: ScoredQuestion, answer: Answer, names: dict[str, str], memory: Memory
    ) -> tuple[QuestionScore, float]:
        request = ScoreRequest(question=question, answer=answer)

        async def compute() -> QuestionScore:
            return await self._analysts.on_behalf_of(material.organisation_id).score(request)

        inputs = {"request": request.model_dump(mode="json"), "engine": names["scoring"]}
        return await memory.remember("scoring", inputs, QuestionScore, compute)
