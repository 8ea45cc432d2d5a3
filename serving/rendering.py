"""The durable job that renders the questions of a published interview to speech."""

import asyncio
from typing import Protocol
from uuid import UUID

import structlog

from models.voice.contract import NothingToSay, Text
from models.voice.encoding import Clip
from storage.database import Database
from storage.jobs.worker import Task
from storage.media.store import MediaStore
from storage.voices.records import NewVoice, QuestionText, voice_content, voice_key
from storage.voices.transactions import RENDER_VOICES, find_voice, keep_voice, question_texts

_log = structlog.get_logger()


class Speaker(Protocol):
    """Whoever turns text into speech, and is named by what it sounds like."""

    async def name(self) -> str: ...

    async def speak(self, organisation_id: UUID, text: Text) -> Clip: ...


class VoiceRendering:
    """Renders what has no voice yet, or another text's or engine's; an interview does not wait for it."""

    def __init__(self, database: Database, media: MediaStore, speaker: Speaker) -> None:
        self._database, self._media, self._speaker = database, media, speaker

    def task(self) -> Task:
        """How a JobWorker renders voices."""
        return Task(RENDER_VOICES, self.run, self.give_up)

    async def run(self, organisation_id: UUID, interview_id: UUID) -> None:
        """Render an interview's questions, one after another: each is kept, whatever becomes of the next."""
        async with self._database.transaction(organisation_id) as connection:
            questions = await question_texts(connection, interview_id)
        if not questions:
            return
        engine = await self._speaker.name()
        for question in questions:
            content = voice_content(question.text, question.language, engine)
            if content != question.content:
                await self._render(organisation_id, interview_id, question, content, engine)

    async def give_up(self, organisation_id: UUID, interview_id: UUID, reason: str) -> None:
        """The candidates read what has no voice."""
        _log.error("voices of an interview given up", interview=str(interview_id), organisation=str(organisation_id))

    async def _render(
        self, organisation_id: UUID, interview_id: UUID, question: QuestionText, content: bytes, engine: str
    ) -> None:
        async with self._database.transaction(organisation_id) as connection:
            voice = await find_voice(connection, content)
        if voice is None:
            try:
                clip = await self._speaker.speak(organisation_id, Text(question.text, question.language))
            except NothingToSay:
                _log.info("question without words has no voice", interview=str(interview_id), question=question.number)
                return
            key = voice_key(organisation_id, content)
            await asyncio.to_thread(self._media.write, key, clip.content_type, clip.data)
            voice = NewVoice(content, clip.content_type, len(clip.data), clip.seconds, engine)
        async with self._database.transaction(organisation_id) as connection:
            await keep_voice(connection, interview_id, question.number, voice)
