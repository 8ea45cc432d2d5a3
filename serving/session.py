"""The way of a submitted session to its report: read, hear, watch, score, compose, store."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from models.faces.picture import PictureError, read_picture
from models.language.keywords import Keyword
from models.report.compose import compose
from models.report.document import Report
from models.report.material import AnswerMaterial, InterviewMaterial
from models.report.problems import media_problem
from models.scoring.answer import Answer, delivery_only
from models.scoring.question import RubricPoint, ScoredQuestion
from models.scoring.score import QuestionScore, ScoreRequest
from models.speech.vad import SileroVad
from serving.analysts import Analysts
from serving.metrics import REPORTS
from serving.recording import Heard, Seen, hear, watch
from serving.remember import Memory
from serving.settings import ServingSettings
from serving.stored_recording import StoredRecording
from storage.candidates.transactions import AnnouncedPhoto, get_photo
from storage.database import Database
from storage.interviews.records import Interview, Question
from storage.interviews.transactions import get_interview
from storage.media.records import photo_key
from storage.media.store import MediaStore
from storage.reports.transactions import store_report
from storage.sessions.records import Session
from storage.sessions.transactions import get_session
from storage.takes.chunks import stored_chunks
from storage.takes.records import Chunk, Take
from storage.takes.transactions import list_answers

# A recording may run over the question's time limit by this much: buttons are pressed late, and clocks differ.
_GRACE_S = 15.0
# Recordings of one session that are worked on at once: their frames and sound are in memory.
_AT_ONCE = 3


class _Embedding(BaseModel):
    """The identity embedding of the one face on a photo; None where the photo does not show exactly one."""

    values: list[float] | None


@dataclass(frozen=True)
class _Material:
    """What storage knows of a session."""

    session: Session
    interview: Interview
    takes: dict[int, Take]
    chunks: dict[UUID, list[Chunk]]
    photo: AnnouncedPhoto | None


@dataclass(frozen=True)
class _Assessed:
    """An answer's material for the report, and the seconds each stage took."""

    answer: AnswerMaterial
    seconds: dict[str, float]


class SessionProcessing:
    """Turns submitted sessions into reports; every step is stored by content, so that trying again repeats nothing."""

    def __init__(self, database: Database, media: MediaStore, analysts: Analysts, settings: ServingSettings) -> None:
        self._database = database
        self._media = media
        self._analysts = analysts
        self._settings = settings
        self._vad = SileroVad()
        self._at_once = asyncio.Semaphore(_AT_ONCE)

    async def process(self, organisation_id: UUID, session_id: UUID) -> None:
        """Make and store the report of a submitted session; a session in another state is left as it is.

        Raises Unavailable where Postgres, S3 or a recording cannot be reached now.
        """
        material = await self._read(organisation_id, session_id)
        if material.session.state != "submitted":
            return
        names = await self._analysts.names() | {"parley": version("parley")}
        memory = Memory(self._database, organisation_id)
        photo = await self._embed_photo(organisation_id, material, names, memory)
        assessed = await asyncio.gather(
            *(
                self._assess(organisation_id, material, question, photo, names, memory)
                for question in material.interview.questions
            )
        )
        report = _compose(material, assessed, names)
        async with self._database.transaction(organisation_id) as connection:
            await store_report(connection, session_id, report.model_dump(mode="json"))
        REPORTS.inc()

    async def _read(self, organisation_id: UUID, session_id: UUID) -> _Material:
        async with self._database.transaction(organisation_id) as connection:
            session = await get_session(connection, session_id)
            takes = await list_answers(connection, session_id)
            return _Material(
                session=session,
                interview=await get_interview(connection, session.interview_id),
                takes={take.question_number: take for take in takes},
                chunks={take.id: await stored_chunks(connection, take.id) for take in takes},
                photo=await get_photo(connection, session.candidate_id),
            )

    async def _embed_photo(
        self, organisation_id: UUID, material: _Material, names: dict[str, str], memory: Memory
    ) -> NDArray[np.float32] | None:
        photo = material.photo
        if photo is None or not photo["stored"]:
            return None
        key = photo_key(organisation_id, material.session.candidate_id, photo["sha256"])

        async def compute() -> _Embedding:
            try:
                picture = read_picture(await asyncio.to_thread(self._media.read, key))
            except PictureError:
                return _Embedding(values=None)
            [faces] = await self._analysts.faces([picture])
            embedding = faces[0].embedding if len(faces) == 1 else None
            return _Embedding(values=None if embedding is None else embedding.tolist())

        inputs = {"photo": photo["sha256"].hex(), "engine": names["faces"], "parley": names["parley"]}
        embedding, _ = await memory.remember("photo", inputs, _Embedding, compute)
        return None if embedding.values is None else np.array(embedding.values, np.float32)

    async def _assess(
        self,
        organisation_id: UUID,
        material: _Material,
        question: Question,
        photo: NDArray[np.float32] | None,
        names: dict[str, str],
        memory: Memory,
    ) -> _Assessed:
        scored = _scored_question(question, material.interview)
        take = material.takes.get(question.number)
        if take is None:
            return _Assessed(AnswerMaterial(question=scored), {})
        recording = StoredRecording(self._media, organisation_id, take, material.chunks[take.id])
        limit_s = question.time_limit_s + _GRACE_S
        inputs = {"sha256": recording.sha256, "limit_s": limit_s, "parley": names["parley"]}
        language, rate = material.interview.language, self._settings.frames_per_second

        async def compute_heard() -> Heard:
            return await hear(await recording.path(), language, self._analysts, self._vad, limit_s)

        async def compute_seen() -> Seen:
            return await watch(await recording.path(), photo, self._analysts, rate, limit_s)

        heard_inputs = inputs | {"engine": names["speech"], "language": language}
        seen_inputs = inputs | {"engine": names["faces"], "rate": rate, "photo": _digest(photo)}
        async with self._at_once, recording:
            (heard, heard_s), (seen, seen_s) = await asyncio.gather(
                memory.remember("speech", heard_inputs, Heard, compute_heard),
                memory.remember("faces", seen_inputs, Seen, compute_seen),
            )
        answer = Answer(transcript=heard.transcript, delivery=delivery_only(heard.delivery))

        request = ScoreRequest(question=scored, answer=answer)

        async def compute_score() -> QuestionScore:
            return await self._analysts.score(request)

        score_inputs = {
            "request": request.model_dump(mode="json"),
            "engine": names["scoring"],
            "parley": names["parley"],
        }
        score, score_s = await memory.remember("scoring", score_inputs, QuestionScore, compute_score)
        return _Assessed(
            AnswerMaterial(
                question=scored,
                transcript=heard.transcript,
                delivery=answer.delivery,
                faces=tuple(seen.observations),
                media_problems=tuple(
                    media_problem(code, language) for code in dict.fromkeys([*heard.problems, *seen.problems])
                ),
                score=score,
                seconds=heard.seconds,
            ),
            {"speech": heard_s, "faces": seen_s, "scoring": score_s},
        )


def _scored_question(question: Question, interview: Interview) -> ScoredQuestion:
    return ScoredQuestion(
        text=question.text,
        language=interview.language,
        dimension=question.dimension,
        kind=question.kind,
        time_limit_s=question.time_limit_s,
        rubric=tuple(RubricPoint.model_validate(point.model_dump()) for point in question.rubric),
        keywords=tuple(Keyword.model_validate(keyword.model_dump()) for keyword in question.keywords),
    )


def _digest(vector: NDArray[np.float32] | None) -> str | None:
    return None if vector is None else hashlib.sha256(vector.tobytes()).hexdigest()


def _compose(material: _Material, assessed: list[_Assessed], names: dict[str, str]) -> Report:
    session, interview = material.session, material.interview
    stages = {stage for answer in assessed for stage in answer.seconds}
    return compose(
        session_id=str(session.id),
        candidate_id=str(session.candidate_id),
        created_at=datetime.now(UTC).isoformat(),
        interview=InterviewMaterial(
            id=str(interview.id),
            title=interview.title,
            language=interview.language,
            dimensions={dimension.name: dimension.weight for dimension in interview.dimensions},
        ),
        answers=[answer.answer for answer in assessed],
        models=names,
        processing_seconds={
            stage: round(sum(answer.seconds.get(stage, 0.0) for answer in assessed), 3) for stage in sorted(stages)
        },
    )
